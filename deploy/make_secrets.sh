#!/bin/sh
# Make the secrets of a new installation under deploy/secrets, once; what is there already stays.
set -eu
umask 077
folder="$(dirname "$0")/secrets"
mkdir -p "$folder" "$(dirname "$0")/certificates" "$(dirname "$0")/fonts" "$(dirname "$0")/../backups"

random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
make() { [ -s "$folder/$1" ] || printf '%s' "$2" > "$folder/$1"; }

make database_password "$(random 24)"
make redis_password "$(random 24)"
make secret_key "$(random 48)"
make vault_keys "1:$(random 16)"
make index_key "$(random 32)"
make backup_key "$(random 32)"
make database_url "postgresql://salvation:$(cat "$folder/database_password")@database:5432/salvation"
make redis_url "redis://:$(cat "$folder/redis_password")@redis:6379/0"

# The application runs as user 10001 and reads the secrets as its group.
if [ "$(id -u)" = 0 ]; then
    chgrp -R 10001 "$folder" "$(dirname "$0")/../backups"
    chmod 0750 "$folder"
    chmod 0640 "$folder"/*
    chmod 0770 "$(dirname "$0")/../backups"
fi

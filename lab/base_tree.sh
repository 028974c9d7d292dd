#!/bin/sh
# Finishes a base tree (mmdebstrap customize hook). $1 is the tree; POOL lists the packages
# that hosts can install without a network. They must not be in the tree itself.
set -eu
tree=$1

# The pool: the packages and everything they need, with an index, as the only apt source.
mkdir -p "$tree/srv/apt"
rm -f "$tree"/var/cache/apt/archives/*.deb # what the tree itself was made of
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --quiet --yes --download-only \
    -o APT::Install-Recommends=true install $POOL
mv "$tree"/var/cache/apt/archives/*.deb "$tree/srv/apt/"
cd "$tree/srv/apt"
for deb in *.deb; do
    dpkg-deb --field "$deb"
    echo "Filename: ./$deb"
    echo "Size: $(stat -c %s "$deb")"
    echo "SHA256: $(sha256sum "$deb" | cut -d ' ' -f 1)"
    echo
done > Packages
cd /
rm -rf "$tree"/etc/apt/sources.list.d/* "$tree/etc/apt/apt.conf.d/99mmdebstrap"
echo 'deb [trusted=yes] file:/srv/apt ./' > "$tree/etc/apt/sources.list"

echo 'Acquire::Languages "none";' > "$tree/etc/apt/apt.conf.d/90lab"

# As on EC2's Debian images: the user admin, no password, sudo for everything.
chroot "$tree" useradd --create-home --shell /bin/bash --groups sudo,adm admin
mkdir -m 700 "$tree/home/admin/.ssh"
chroot "$tree" chown admin:admin /home/admin/.ssh
echo 'admin ALL=(ALL) NOPASSWD:ALL' > "$tree/etc/sudoers.d/90-admin"
chmod 440 "$tree/etc/sudoers.d/90-admin"

# Every host gets its own: ssh host keys, machine id, host name, resolver.
rm -f "$tree"/etc/ssh/ssh_host_* "$tree/etc/hostname" "$tree/etc/resolv.conf"
: > "$tree/etc/machine-id"
echo '127.0.0.1 localhost' > "$tree/etc/hosts"
ln -sf /usr/share/zoneinfo/Etc/UTC "$tree/etc/localtime"

# A name server that is slow or gone must not slow down logins.
echo 'UseDNS no' > "$tree/etc/ssh/sshd_config.d/lab.conf"
# A host lives for an afternoon: an install need not wait for the disk.
echo force-unsafe-io > "$tree/etc/dpkg/dpkg.cfg.d/lab"

# Nothing may take the dpkg lock or the processor behind a test's back.
systemctl --quiet --root="$tree" mask apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
    getty.target console-getty.service systemd-timesyncd.service

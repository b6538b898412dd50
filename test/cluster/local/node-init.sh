#!/bin/sh
# PID 1 of the node. It runs in mount, PID, UTS, IPC and network namespaces of its own: when it dies, every process and
# every mount of the cluster goes with it. Arguments: mode, state folder, node name, node address, services' range.
set -e
mode=$1 state=$2 name=$3 address=$4 services=$5

mount --make-rprivate /
mount -t proc proc /proc
hostname "$name"
ip link set lo up

if [ "$mode" = node ]; then
  mount --make-rshared / # the kubelet propagates mounts into pods
  # /run, /var/log and /var/lib are the node's own: the daemons have fixed places there (pods' logs, the device plugins'
  # socket, the network plugins' cache) that the machine must not see and another cluster must not share.
  cache=${state%/clusters/*}
  mkdir -p "$state/fs/kubelet" "$state/fs/containerd" "$state/fs/lib" "$state/fs/log/pods" "$state/fs/log/containers"
  mount -t tmpfs -o mode=755 tmpfs /run
  mkdir -p /run/lock /run/containerd /run/kubelet /run/images /run/cache
  mount --bind "$cache" /run/cache
  mount --bind "$state/fs/kubelet" /run/kubelet
  mount --bind "$state/fs/containerd" /run/images
  mount --bind "$state/fs/log" /var/log
  mount --bind "$state/fs/lib" /var/lib
  case $cache in
    /var/lib/* | /var/log/*) # hidden just now, but needed
      mkdir -p "$cache"
      mount --bind /run/cache "$cache"
      ;;
  esac

  # The kubelet insists on these values of the whole machine. It is shown files that hold them; the machine's stay.
  show() {
    [ -e "/proc/sys/$1" ] || return 0
    mkdir -p /run/sysctl
    file=/run/sysctl/$(echo "$1" | tr / _)
    echo "$2" > "$file"
    mount --bind "$file" "/proc/sys/$1"
  }
  show vm/overcommit_memory 1
  show vm/panic_on_oom 0
  show kernel/panic 10
  show kernel/panic_on_oops 1
  show kernel/keys/root_maxkeys 1000000
  show kernel/keys/root_maxbytes 25000000

  echo 1 > /proc/sys/net/ipv4/ip_forward
  echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables 2> /dev/null || true # absent without the bridge module's filter
fi

# A veth pair with both ends in here gives the node an address and packets to services a route; there is no way out.
ip link add eth0 type veth peer name eth0peer
ip addr add "$address/24" dev eth0
ip link set eth0 up
ip link set eth0peer up
ip route add "$services" dev eth0 src "$address"

echo ready > "$state/init.ready"
while :; do
  sleep 1000000 &
  wait $! || true
done

/* Preloaded into load generators that cannot choose their address: each connection to 127.0.0.0/8 comes from the next
   of BENCH_SOURCES (default 64) addresses 127.1.x.y, as pupils come from many homes. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef int (*connect_function)(int, const struct sockaddr *, socklen_t);
static atomic_uint next_source;

int connect(int fd, const struct sockaddr *to, socklen_t length) {
    static connect_function real;
    if (!real) real = (connect_function)dlsym(RTLD_NEXT, "connect");
    if (to->sa_family == AF_INET && ntohl(((const struct sockaddr_in *)to)->sin_addr.s_addr) >> 24 == 127) {
        const char *told = getenv("BENCH_SOURCES");
        unsigned sources = told ? (unsigned)atoi(told) : 64;
        unsigned number = atomic_fetch_add(&next_source, 1) % (sources ? sources : 1);
        struct sockaddr_in from = {.sin_family = AF_INET};
        int port_later = 1; /* or the port is taken from those of one address for all targets */
        from.sin_addr.s_addr = htonl((127u << 24) + (1u << 16) + number + 1);
        setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &port_later, sizeof port_later);
        bind(fd, (struct sockaddr *)&from, sizeof from);
    }
    return real(fd, to, length);
}

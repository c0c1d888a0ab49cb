#ifndef OBHUT_REACTOR_H
#define OBHUT_REACTOR_H
// What waits on libpq's sockets. Glibc's Swift module leaves these headers out.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { CPQ_READABLE = EPOLLIN, CPQ_WRITABLE = EPOLLOUT, CPQ_BROKEN = EPOLLERR | EPOLLHUP };

static inline int cpq_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }
static inline int cpq_eventfd_create(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// 0 when done; `operation` is EPOLL_CTL_ADD, EPOLL_CTL_MOD or EPOLL_CTL_DEL.
static inline int cpq_epoll_control(int epoll, int operation, int descriptor, uint32_t events, uint64_t id) {
    struct epoll_event event = {.events = events, .data = {.u64 = id}};
    return epoll_ctl(epoll, operation, descriptor, &event);
}

typedef struct { uint64_t id; uint32_t events; } cpq_event;

/// Fills `out`, and returns how many; -1 on error.
static inline int cpq_epoll_wait(int epoll, cpq_event *out, int capacity, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, capacity < 64 ? capacity : 64, milliseconds);
    for (int i = 0; i < count; i++) {
        out[i].id = events[i].data.u64;
        out[i].events = events[i].events;
    }
    return count;
}
#endif

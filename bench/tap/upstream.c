/*
 * An HTTP/1.1 server that costs next to nothing, so that what stands in front of it is what is measured. It answers each
 * blank line with the same response, whatever was asked: for requests without a body only.
 *
 *     upstream PORT BODY_BYTES EXTRA_FIELDS
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { max_connections = 65536, read_bytes = 65536, max_head = 4096, max_events = 512 };

/* Where a connection stands in its request: how much of a blank line and of "connection: close" has just been seen. */
struct connection {
  unsigned char line_feeds;
  unsigned char matched;
  unsigned char close;
};

static struct connection connections[max_connections];
static const char wish[] = "\nconnection: close";

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Follows one byte; true if it ends a request. */
static int ends_request(struct connection *connection, char byte) {
  char lower = byte >= 'A' && byte <= 'Z' ? byte + 32 : byte;
  connection->matched = lower == wish[connection->matched] ? connection->matched + 1 : lower == '\n';
  if (connection->matched == sizeof wish - 1) {
    connection->close = 1;
    connection->matched = 0;
  }
  if (byte == '\r') return 0;
  connection->line_feeds = byte == '\n' ? connection->line_feeds + 1 : 0;
  if (connection->line_feeds < 2) return 0;
  connection->line_feeds = 0;
  return 1;
}

/* The sockets' buffers hold any response that is used here. */
static void answer(int socket, const char *response, size_t length) {
  while (length > 0) {
    ssize_t sent = send(socket, response, length, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;
    if (sent > 0) {
      response += sent;
      length -= sent;
    }
  }
}

static void on_readable(int socket, const char *response, size_t length) {
  static char bytes[read_bytes];
  struct connection *connection = &connections[socket];
  ssize_t count = recv(socket, bytes, sizeof bytes, 0);
  if (count < 0 && errno == EAGAIN) return;
  for (ssize_t i = 0; i < count; i++)
    if (ends_request(connection, bytes[i])) answer(socket, response, length);
  if (count <= 0 || connection->close) close(socket);
}

static void accept_all(int listener, int events) {
  int one = 1, socket;
  while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (socket >= max_connections) {
      close(socket);
      continue;
    }
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connections[socket] = (struct connection){0};
    struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
    epoll_ctl(events, EPOLL_CTL_ADD, socket, &event);
  }
}

static int listen_at(int port) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(listener, 4096) < 0) fail("listen");
  return listener;
}

int main(int count, char **arguments) {
  if (count != 4) {
    fprintf(stderr, "usage: upstream PORT BODY_BYTES EXTRA_FIELDS\n");
    return 2;
  }
  int body = atoi(arguments[2]);
  char head[max_head];
  int head_length = snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n",
                             arguments[3], body);
  size_t length = head_length + body;
  char *response = malloc(length);
  if (response == NULL || head_length >= max_head) fail("response");
  memcpy(response, head, head_length);
  memset(response + head_length, 'x', body);

  int listener = listen_at(atoi(arguments[1])), events = epoll_create1(0);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, ready[max_events];
  epoll_ctl(events, EPOLL_CTL_ADD, listener, &event);
  for (;;) {
    int number = epoll_wait(events, ready, max_events, -1);
    for (int i = 0; i < number; i++) {
      if (ready[i].data.fd == listener) accept_all(listener, events);
      else on_readable(ready[i].data.fd, response, length);
    }
  }
}

/* A test double with NCCL's C interface (nccl.h, 2.14 and newer): it really moves bytes between processes, over Unix sockets and in the
 * host's memory, without a GPU. Calls never wait, as with a communicator of blocking = 0; what is begun goes on in a thread.
 * Built by the tests: cc -shared -fPIC -O2 -pthread -o libnccl_double.so nccl_double.c
 *
 * nccl_double_fail(rank, group, result) makes the communicator of a rank that is made next fail: at its group number `group` (0 is the
 * first one; -1: when it is made) with `result`, hang for good where that is ncclInProgress, or succeed with a wrong byte where it is
 * 100. NCCL_DOUBLE_FAIL="rank group result" does the same for each process that has it. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

typedef enum {
  ncclSuccess = 0, ncclUnhandledCudaError = 1, ncclSystemError = 2, ncclInternalError = 3, ncclInvalidArgument = 4, ncclInvalidUsage = 5,
  ncclRemoteError = 6, ncclInProgress = 7
} ncclResult_t;

#define ID_BYTES 128
#define RANKS_MAXIMUM 64
#define OPERATIONS_MAXIMUM 1024
#define POLL_MILLISECONDS 20
#define CONFIG_MAGIC 0xcafebeefu
#define NONE INT_MIN
#define WRONG_BYTE 100

typedef struct { char internal[ID_BYTES]; } ncclUniqueId;
typedef struct { size_t size; unsigned int magic; unsigned int version; int blocking; } ncclConfig_t;

struct operation { int is_send; int peer; char *bytes; size_t left; };

struct ncclComm {
  char name[64];
  int rank, count;
  int sockets[RANKS_MAXIMUM];
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct operation operations[OPERATIONS_MAXIMUM];
  int operation_count, has_group, is_ending, is_aborted, groups;
  int fail_group;
  ncclResult_t fail_result, state;
};
typedef struct ncclComm *ncclComm_t;

static __thread struct ncclComm *group_comm;
static __thread struct operation group_operations[OPERATIONS_MAXIMUM];
static __thread int group_count, is_grouping;
static pthread_mutex_t failures_lock = PTHREAD_MUTEX_INITIALIZER;
static struct { int group; ncclResult_t result; } failures[RANKS_MAXIMUM];
static int has_failures[RANKS_MAXIMUM];

void nccl_double_fail(int rank, int group, int result) {
  pthread_mutex_lock(&failures_lock);
  failures[rank].group = group;
  failures[rank].result = (ncclResult_t)result;
  has_failures[rank] = 1;
  pthread_mutex_unlock(&failures_lock);
}

/* Says that this library moves the host's memory, and which "device" the process has. */
const char *lightlyHostDevice(void) {
  static char name[64];
  const char *given = getenv("NCCL_DOUBLE_DEVICE");
  snprintf(name, sizeof name, "%s", given ? given : "");
  if (!given) snprintf(name, sizeof name, "host-%d", (int)getpid());
  return name;
}

ncclResult_t ncclGetVersion(int *version) {
  *version = 22703;
  return ncclSuccess;
}

ncclResult_t ncclGetUniqueId(ncclUniqueId *id) {
  unsigned char random[16];
  int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  if (file < 0 || read(file, random, sizeof random) != (ssize_t)sizeof random) return ncclSystemError;
  close(file);
  memset(id, 0, sizeof *id);
  for (int index = 0; index < (int)sizeof random; index++) sprintf(id->internal + 2 * index, "%02x", random[index]);
  return ncclSuccess;
}

static void set_state(struct ncclComm *comm, ncclResult_t state) {
  pthread_mutex_lock(&comm->lock);
  comm->state = state;
  pthread_mutex_unlock(&comm->lock);
}

static int is_aborted(struct ncclComm *comm) {
  pthread_mutex_lock(&comm->lock);
  int answer = comm->is_aborted;
  pthread_mutex_unlock(&comm->lock);
  return answer;
}

static socklen_t address_of(struct sockaddr_un *address, const char *name, int rank) {
  memset(address, 0, sizeof *address);
  address->sun_family = AF_UNIX;
  int length = snprintf(address->sun_path + 1, sizeof address->sun_path - 1, "nccl-double-%s-%d", name, rank);
  return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
}

static void pause_briefly(void) { nanosleep(&(struct timespec){ .tv_nsec = 2 * 1000 * 1000 }, NULL); }

/* Every rank listens; it calls those below it and is called by those above, who say their number. */
static ncclResult_t connect_all(struct ncclComm *comm) {
  struct sockaddr_un address;
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, address_of(&address, comm->name, comm->rank)) < 0 || listen(listener, RANKS_MAXIMUM) < 0) {
    if (listener >= 0) close(listener);
    return ncclSystemError;
  }

  ncclResult_t result = ncclSuccess;
  for (int peer = 0; peer < comm->rank && result == ncclSuccess; peer++) {
    socklen_t length = address_of(&address, comm->name, peer);
    int other = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    while (connect(other, (struct sockaddr *)&address, length) < 0 && !is_aborted(comm)) pause_briefly();
    int32_t self = comm->rank;
    if (is_aborted(comm) || write(other, &self, sizeof self) != (ssize_t)sizeof self) result = ncclRemoteError;
    comm->sockets[peer] = other;
  }

  for (int waiting = comm->count - 1 - comm->rank; waiting > 0 && result == ncclSuccess;) {
    struct pollfd entry = { .fd = listener, .events = POLLIN };
    if (is_aborted(comm)) result = ncclRemoteError;
    else if (poll(&entry, 1, POLL_MILLISECONDS) > 0) {
      int32_t peer = -1;
      int other = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
      if (other < 0 || read(other, &peer, sizeof peer) != (ssize_t)sizeof peer || peer <= comm->rank || peer >= comm->count) result = ncclSystemError;
      else {
        comm->sockets[peer] = other;
        waiting--;
      }
    }
  }

  close(listener);
  for (int peer = 0; peer < comm->count; peer++)
    if (comm->sockets[peer] >= 0) fcntl(comm->sockets[peer], F_SETFL, O_NONBLOCK);
  return result;
}

/* The first operation to or from a peer that is not over: one peer's go one after the other, as NCCL pairs them. */
static struct operation *next_of(struct ncclComm *comm, int peer, int is_send) {
  for (int index = 0; index < comm->operation_count; index++) {
    struct operation *operation = &comm->operations[index];
    if (operation->peer == peer && operation->is_send == is_send && operation->left > 0) return operation;
  }
  return NULL;
}

/* The bytes that a rank sends to itself: the first send meets the first receive. */
static ncclResult_t move_own(struct ncclComm *comm) {
  struct operation *send, *receive;
  while ((send = next_of(comm, comm->rank, 1)) != NULL) {
    if ((receive = next_of(comm, comm->rank, 0)) == NULL || receive->left != send->left) return ncclInvalidUsage;
    memcpy(receive->bytes, send->bytes, send->left);
    receive->left = send->left = 0;
  }
  return next_of(comm, comm->rank, 0) == NULL ? ncclSuccess : ncclInvalidUsage;
}

static int advance(struct operation *operation, ssize_t moved) {
  if (moved <= 0) return moved < 0 && (errno == EAGAIN || errno == EINTR);
  operation->bytes += moved;
  operation->left -= (size_t)moved;
  return 1;
}

static ncclResult_t move_all(struct ncclComm *comm) {
  ncclResult_t result = move_own(comm);
  while (result == ncclSuccess) {
    struct pollfd entries[RANKS_MAXIMUM];
    int peers[RANKS_MAXIMUM], count = 0;
    for (int peer = 0; peer < comm->count; peer++) {
      short events = (short)((next_of(comm, peer, 1) ? POLLOUT : 0) | (next_of(comm, peer, 0) ? POLLIN : 0));
      if (peer == comm->rank || events == 0) continue;
      peers[count] = peer;
      entries[count++] = (struct pollfd){ .fd = comm->sockets[peer], .events = events };
    }
    if (count == 0) return ncclSuccess;
    if (is_aborted(comm)) return ncclRemoteError;
    if (poll(entries, (nfds_t)count, POLL_MILLISECONDS) <= 0) continue;
    for (int index = 0; index < count && result == ncclSuccess; index++) {
      struct operation *outgoing = next_of(comm, peers[index], 1), *incoming = next_of(comm, peers[index], 0);
      int is_good = 1;
      if (incoming && (entries[index].revents & (POLLIN | POLLHUP | POLLERR)))
        is_good &= advance(incoming, recv(entries[index].fd, incoming->bytes, incoming->left, 0));
      if (outgoing && is_good && (entries[index].revents & (POLLOUT | POLLHUP | POLLERR)))
        is_good &= advance(outgoing, send(entries[index].fd, outgoing->bytes, outgoing->left, MSG_NOSIGNAL));
      if (!is_good) result = ncclRemoteError;
    }
  }
  return result;
}

static void hang(struct ncclComm *comm) {
  while (!is_aborted(comm)) pause_briefly();
}

static void *work(void *argument) {
  struct ncclComm *comm = argument;
  ncclResult_t result = connect_all(comm);
  if (comm->fail_group == -1) {
    if (comm->fail_result == ncclInProgress) hang(comm);
    else result = comm->fail_result;
  }
  set_state(comm, result);
  pthread_mutex_lock(&comm->lock);
  while (!comm->is_aborted) {
    if (!comm->has_group) {
      if (comm->is_ending) break;
      pthread_cond_wait(&comm->changed, &comm->lock);
      continue;
    }
    int group = comm->groups++;
    pthread_mutex_unlock(&comm->lock);
    if (group == comm->fail_group && comm->fail_result == ncclInProgress) hang(comm);
    int is_wrong = group == comm->fail_group && (int)comm->fail_result == WRONG_BYTE;
    result = group == comm->fail_group && !is_wrong ? comm->fail_result : move_all(comm);
    for (int index = 0; is_wrong && index < comm->operation_count; index++)
      if (!comm->operations[index].is_send) comm->operations[index].bytes[-1] ^= 1;
    pthread_mutex_lock(&comm->lock);
    comm->has_group = comm->operation_count = 0;
    comm->state = result;
  }
  if (comm->is_ending && comm->state == ncclInProgress) comm->state = ncclSuccess;
  pthread_mutex_unlock(&comm->lock);
  return NULL;
}

ncclResult_t ncclCommInitRankConfig(ncclComm_t *result, int count, ncclUniqueId id, int rank, ncclConfig_t *config) {
  if (count < 1 || count > RANKS_MAXIMUM || rank < 0 || rank >= count || config->magic != CONFIG_MAGIC || config->version < 21400
      || config->size < 20 || config->blocking != 0)
    return ncclInvalidArgument;
  struct ncclComm *comm = calloc(1, sizeof *comm);
  snprintf(comm->name, sizeof comm->name, "%.40s", id.internal);
  comm->rank = rank;
  comm->count = count;
  comm->fail_group = NONE;
  comm->state = ncclInProgress;
  for (int peer = 0; peer < RANKS_MAXIMUM; peer++) comm->sockets[peer] = -1;
  pthread_mutex_init(&comm->lock, NULL);
  pthread_cond_init(&comm->changed, NULL);
  const char *given = getenv("NCCL_DOUBLE_FAIL");
  int fail_rank, fail_group, fail_result;
  pthread_mutex_lock(&failures_lock);
  if (has_failures[rank]) {
    comm->fail_group = failures[rank].group;
    comm->fail_result = failures[rank].result;
    has_failures[rank] = 0;
  } else if (given && sscanf(given, "%d %d %d", &fail_rank, &fail_group, &fail_result) == 3 && fail_rank == rank) {
    comm->fail_group = fail_group;
    comm->fail_result = (ncclResult_t)fail_result;
  }
  pthread_mutex_unlock(&failures_lock);
  *result = comm;
  pthread_create(&comm->thread, NULL, work, comm);
  return ncclInProgress;
}

ncclResult_t ncclGroupStart(void) {
  is_grouping = 1;
  group_comm = NULL;
  group_count = 0;
  return ncclSuccess;
}

static ncclResult_t enqueue(int is_send, void *bytes, size_t count, int type, int peer, ncclComm_t comm) {
  if (!is_grouping || group_count == OPERATIONS_MAXIMUM || type != 1 || peer < 0 || peer >= comm->count || (group_comm && group_comm != comm))
    return ncclInvalidUsage;
  group_comm = comm;
  group_operations[group_count++] = (struct operation){ is_send, peer, bytes, count };
  return ncclSuccess;
}

ncclResult_t ncclSend(const void *bytes, size_t count, int type, int peer, ncclComm_t comm, void *stream) {
  (void)stream;
  return enqueue(1, (void *)bytes, count, type, peer, comm);
}

ncclResult_t ncclRecv(void *bytes, size_t count, int type, int peer, ncclComm_t comm, void *stream) {
  (void)stream;
  return enqueue(0, bytes, count, type, peer, comm);
}

ncclResult_t ncclGroupEnd(void) {
  is_grouping = 0;
  struct ncclComm *comm = group_comm;
  if (!comm) return ncclSuccess;
  pthread_mutex_lock(&comm->lock);
  if (comm->state != ncclSuccess) {
    pthread_mutex_unlock(&comm->lock);
    return ncclInvalidUsage;
  }
  memcpy(comm->operations, group_operations, sizeof(struct operation) * (size_t)group_count);
  comm->operation_count = group_count;
  comm->has_group = 1;
  comm->state = ncclInProgress;
  pthread_cond_signal(&comm->changed);
  pthread_mutex_unlock(&comm->lock);
  return ncclInProgress;
}

ncclResult_t ncclCommGetAsyncError(ncclComm_t comm, ncclResult_t *state) {
  pthread_mutex_lock(&comm->lock);
  *state = comm->state;
  pthread_mutex_unlock(&comm->lock);
  return ncclSuccess;
}

ncclResult_t ncclCommFinalize(ncclComm_t comm) {
  pthread_mutex_lock(&comm->lock);
  comm->is_ending = 1;
  comm->state = ncclInProgress;
  pthread_cond_signal(&comm->changed);
  pthread_mutex_unlock(&comm->lock);
  return ncclInProgress;
}

static ncclResult_t end(ncclComm_t comm, int is_abort) {
  pthread_mutex_lock(&comm->lock);
  comm->is_ending = 1;
  comm->is_aborted |= is_abort;
  pthread_cond_signal(&comm->changed);
  pthread_mutex_unlock(&comm->lock);
  pthread_join(comm->thread, NULL);
  for (int peer = 0; peer < RANKS_MAXIMUM; peer++)
    if (comm->sockets[peer] >= 0) close(comm->sockets[peer]);
  pthread_mutex_destroy(&comm->lock);
  pthread_cond_destroy(&comm->changed);
  free(comm);
  return ncclSuccess;
}

ncclResult_t ncclCommDestroy(ncclComm_t comm) { return end(comm, 0); }

ncclResult_t ncclCommAbort(ncclComm_t comm) { return end(comm, 1); }

const char *ncclGetErrorString(ncclResult_t result) {
  static const char *const texts[] = { "no error", "unhandled cuda error", "unhandled system error", "internal error", "invalid argument",
    "invalid usage", "remote process exited or there was a network error", "operation in progress" };
  return (int)result >= 0 && (int)result < 8 ? texts[result] : "unknown result code";
}

const char *ncclGetLastError(ncclComm_t comm) {
  (void)comm;
  return "";
}

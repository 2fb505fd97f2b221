/*
 * tracee.h: what the recorder knows of the processes it steps through, besides their threads:
 * their address spaces, read from /proc, and the code in them.
 */
#ifndef TESTS_TRACE_TRACEE_H
#define TESTS_TRACE_TRACEE_H

#include "tests/trace/code.h"
#include "tests/trace/recording.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* An address space; the threads of a process share it. */
struct tracee {
	pid_t pid;
	unsigned users; /* threads */
	struct recording_map *maps;
	size_t nmaps;      /* executable ones only */
	struct code *code; /* known instructions, hashed by address */
	uint64_t *at;
};

struct tracee *tracee_new(pid_t pid, const struct tracee *copy_of);
void tracee_drop(struct tracee *p); /* by one of its users */

/* Read /proc/PID/maps again and tell `t` of executable mappings that are new. */
void tracee_look(struct tracee *p, struct recording *rec, struct recording_thread *t);
/* exec() made it another program. */
void tracee_forget(struct tracee *p);

/* The instruction at ip.  Valid until the next call. */
const struct code *tracee_code(struct tracee *p, uint64_t ip);

/* At the first instruction of a program: hide the vdso from it (its address in the auxiliary
 * vector), so that it uses real system calls. */
void tracee_hide_vdso(pid_t pid, uint64_t sp);

/* The name in /proc/PID/task/TID/comm. */
void tracee_comm(pid_t tid, char comm[16]);
/* R, S, D, ... of /proc/TID/stat; 0: gone. */
char tracee_state(pid_t tid);

#endif

#!/usr/bin/env python3
"""tracedat.py FILE: a small trace.dat (trace-cmd.dat.v6(5)) with functions and calls on two CPUs, for where
the kernel may not be traced.  The formats are the running kernel's, from tracefs."""
import struct
import sys

EVENTS = '/sys/kernel/tracing/events/'


def text(path):
    return open(EVENTS + path, 'rb').read()


def sized(data, fmt='<Q'):
    return struct.pack(fmt, len(data)) + data


def event_id(path):
    return int(text(path).split(b'ID: ')[1].split(b'\n')[0])


FUNCTION, ENTRY, EXIT = (event_id(f'ftrace/{e}/format')
                         for e in ('function', 'funcgraph_entry', 'funcgraph_exit'))
SYMBOLS = {0xffffffff81000000 + 0x100 * i: n for i, n in
           enumerate(('vfs_read', 'rw_verify_area', 'ksys_read', 'do_idle', 'schedule', 'ktime_get'))}
ADDR = {n: a for a, n in SYMBOLS.items()}


def common(kind, pid, flags):
    return struct.pack('<HBBi', kind, flags, 0, pid)


def page(first, events):
    """One page of a ring buffer: events are (time, data), in order."""
    out, last = b'', first
    for time, data in events:
        data += bytes(-len(data) % 4)
        delta, last = time - last, time
        if delta >= 1 << 27:
            out += struct.pack('<II', 30 | (delta & (1 << 27) - 1) << 5, delta >> 27)
            delta = 0
        out += struct.pack('<I', len(data) // 4 | delta << 5) + data
    return (struct.pack('<QQ', first, len(out)) + out).ljust(4096, b'\0')


def function(time, pid, flags, name, parent):
    return time, common(FUNCTION, pid, flags) + struct.pack('<QQ', ADDR[name], ADDR[parent])


def entry(time, pid, name, depth):
    return time, common(ENTRY, pid, 0) + struct.pack('<QI', ADDR[name], depth)


def leave(time, pid, name, depth, since):
    return time, common(EXIT, pid, 0) + struct.pack('<QIIQQ', ADDR[name], depth, 0, since, time)


T = 17919123456789
CPUS = [
    page(T, [function(T, 4242, 0, 'ksys_read', 'do_idle'),
             function(T + 123, 4242, 0, 'vfs_read', 'ksys_read'),
             function(T + 1999999, 4242, 1, 'rw_verify_area', 'vfs_read'),
             entry(T + 5000000, 4242, 'vfs_read', 0),
             entry(T + 5000210, 4242, 'rw_verify_area', 1),
             leave(T + 5000931, 4242, 'rw_verify_area', 1, T + 5000210),
             leave(T + 5001500, 4242, 'vfs_read', 0, T + 5000000),
             function(T + 82500000000, 4242, 0, 'ktime_get', 'schedule')]),
    page(T + 60, [function(T + 60, 0, 0, 'do_idle', 'schedule'),
                  function(T + 999, 0, 0x10, 'schedule', 'do_idle'),
                  function(T + 3000000, 1234567, 0, 'ktime_get', 'schedule')]),
]

ftrace = [text(f'ftrace/{e}/format') for e in ('function', 'funcgraph_entry', 'funcgraph_exit', 'print')]
head = b'\x17\x08\x44tracing6\0' + struct.pack('<BBI', 0, 8, 4096)
head += b'header_page\0' + sized(text('header_page')) + b'header_event\0' + sized(text('header_event'))
head += struct.pack('<I', len(ftrace)) + b''.join(map(sized, ftrace))
head += struct.pack('<I', 0)
head += sized(''.join(f'{a:x} T {n}\n' for a, n in sorted(SYMBOLS.items())).encode(), '<I')
head += sized(b'', '<I')
head += sized(b'4242 tcall\n1234567 kworker/3:0H\n')
head += struct.pack('<I', len(CPUS)) + b'options  \0' + struct.pack('<H', 0) + b'flyrecord\0'
begin = (len(head) + 16 * len(CPUS) + 4095) & ~4095
for i in range(len(CPUS)):
    head += struct.pack('<QQ', begin + 4096 * i, 4096)
open(sys.argv[1], 'wb').write(head.ljust(begin, b'\0') + b''.join(CPUS))

/*
 * recording.h: what the files behind perfdata.h share; nobody else includes it.
 *
 * perfdata.c opens and closes, header.c reads attributes, features.c the sections behind the
 * data, records.c walks the records, sampleid.c says whom a record is of, auxtrace.c and
 * auxqueue.c put the AUX bytes in order.
 *
 * While a recording is opened, what is wrong with the file becomes a line with
 * tl_perf_complain() and reading goes on; functions that give bool are false only where
 * opening cannot go on, which is for want of memory.
 */
#ifndef TL_DECODERS_PERF_RECORDING_H
#define TL_DECODERS_PERF_RECORDING_H

#include "decoders/perf/perfdata.h"

/* Types of records that are looked at here; perf_event.h, and tools/lib/perf/event.h. */
enum {
	TL_PERF_RECORD_SAMPLE = 9,
	TL_PERF_RECORD_USER = 64, /* from here on they are perf's own, without a sample_id */
	TL_PERF_RECORD_ATTR = 64,
	TL_PERF_RECORD_TRACING_DATA = 66,
	TL_PERF_RECORD_BUILD_ID = 67,
	TL_PERF_RECORD_AUXTRACE_INFO = 70,
	TL_PERF_RECORD_AUXTRACE = 71,
	TL_PERF_RECORD_EVENT_UPDATE = 78,
	TL_PERF_RECORD_FEATURE = 80,
	TL_PERF_RECORD_COMPRESSED = 81,
	TL_PERF_RECORD_COMPRESSED2 = 83,
};

/* Numbers of the features, bits in the header; tools/perf/util/header.h. */
enum {
	TL_PERF_FEATURE_BUILD_ID = 2,
	TL_PERF_FEATURE_HOSTNAME = 3,
	TL_PERF_FEATURE_OSRELEASE = 4,
	TL_PERF_FEATURE_VERSION = 5,
	TL_PERF_FEATURE_ARCH = 6,
	TL_PERF_FEATURE_NRCPUS = 7,
	TL_PERF_FEATURE_CPUID = 9,
	TL_PERF_FEATURE_CMDLINE = 11,
	TL_PERF_FEATURE_EVENT_DESC = 12,
	TL_PERF_FEATURE_AUXTRACE = 18,
	TL_PERF_FEATURE_SAMPLE_TIME = 21,
	TL_PERF_FEATURE_DIR_FORMAT = 24,
	TL_PERF_FEATURES = 256, /* bits there are */
};

#define TL_PERF_HEADER_BITS   72 /* where the bits of the features begin */
#define TL_PERF_RECORD_HEAD   8
#define TL_PERF_RECORD_MAX    65535 /* of a record, by its 16-bit size */
#define TL_PERF_AUXTRACE_HEAD 48    /* an AUXTRACE record, its header included */

/* Limits for what a file can make us keep. */
#define TL_PERF_MAX_ATTRS   (1u << 16)
#define TL_PERF_MAX_IDS     (1u << 22) /* of all attrs together */
#define TL_PERF_MAX_SECTION (64u << 20)
#define TL_PERF_MAX_PIECES  (1u << 22)
#define TL_PERF_MAX_FILES   1024
#define TL_PERF_MAX_DAMAGE  1000

/* Where an AUXTRACE record is by the index, looked at and found right. */
struct tl_perf_known {
	uint64_t at, end; /* its AUX bytes included */
};

/* A file with records: the recording itself, or one of its folder. */
struct tl_perf_file {
	int fd;
	char *name;
	uint64_t start, end;       /* of the records in it */
	struct tl_perf_known *aux; /* sorted; sure places, to leap over and to go on from */
	size_t naux;
};

/* Where a sample_id's fields are, in bytes; -1: nowhere. */
struct tl_perf_layout {
	int16_t size;                       /* of the block behind a record that is no sample */
	int16_t tid, time, id, cpu;         /* in that block */
	int16_t s_tid, s_time, s_id, s_cpu; /* in a sample's body */
	int16_t s_size;                     /* how much of a sample these need */
};

/* An AUXTRACE record as it was found. */
struct tl_perf_auxfound {
	uint32_t file; /* index in files */
	uint32_t idx;
	int32_t cpu, tid;
	uint64_t file_offset, size, aux_offset;
	uint64_t order; /* as found */
};

struct tl_perf {
	char *path;
	struct tl_perf_file *files; /* [0] has the header */
	size_t nfiles;
	bool pipe;          /* pipe mode: attributes and features are records */
	bool has_aux;       /* the header says that there is AUX data */
	bool walked;        /* all records were seen in open() */
	uint64_t data_told; /* where the header says the data ends, if that is behind the file */

	struct tl_perf_attr *attrs;
	struct tl_perf_layout *layouts; /* one an attr */
	size_t nattrs, attr_cap, nids;
	struct tl_perf_named *names; /* only during open() */
	size_t nnames, name_cap;
	struct tl_perf_idslot *slots; /* hash table of ids; nslots is a power of 2 or 0 */
	size_t nslots;

	struct tl_perf_features features;
	size_t build_id_cap;

	bool has_info; /* an AUXTRACE_INFO was seen */
	bool is_pt;
	struct tl_perf_pt_info pt;
	uint64_t mtc_freq_bits;
	struct tl_perf_auxfound *found; /* only during open() */
	size_t nfound, found_cap;
	struct tl_perf_queue *queues;
	size_t nqueues;
	const struct tl_perf_queue **owned; /* by CPU, then those of threads by thread */

	char **damage;
	size_t ndamage, damage_cap;
	void **kept; /* what lives as long as the recording */
	size_t nkept, kept_cap;
};

/* A name told for an event: that with the id, or in this place. */
struct tl_perf_named {
	uint64_t id; /* 0: none */
	size_t place;
	const char *name;
};

struct tl_perf_idslot {
	uint64_t id; /* 0: free */
	uint32_t attr;
};

/* perfdata.c */

/* A line on what is wrong, "NAME: " before it if there is one.  False: no memory. */
bool tl_perf_complain(struct tl_perf *p, const char *name, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Zeroed memory that is freed with the recording; NULL: none left. */
void *tl_perf_keep(struct tl_perf *p, size_t n);

/* A string of at most n bytes, ended by the first NUL, to keep. */
const char *tl_perf_keep_string(struct tl_perf *p, const uint8_t *bytes, size_t n);

/* Make room for one more in an array. */
bool tl_perf_grow(void **array, size_t n, size_t *cap, size_t size);

/* All n bytes at an offset; false, errno 0: the file ends before. */
bool tl_perf_pread(int fd, void *out, size_t n, uint64_t offset);

/* header.c */

/* The header of file mode or pipe mode, the attributes of the former; *features is where the
 * table of feature sections is, 0: nowhere. */
bool tl_perf_read_header(struct tl_perf *p, uint64_t file_size, uint64_t *features,
			 uint64_t bits[4], struct tl_err *err);

/* Add the attribute in `n` bytes, with nids ids of 8 bytes each. */
bool tl_perf_add_attr(struct tl_perf *p, const uint8_t *bytes, size_t n, const uint8_t *ids,
		      size_t nids);

/* When all attributes are there: the table of ids, and the names. */
bool tl_perf_finish_attrs(struct tl_perf *p);

/* Keep a name for finish_attrs(); an earlier one of the same event wins. */
bool tl_perf_name_attr(struct tl_perf *p, uint64_t id, size_t place, const uint8_t *name, size_t n);

/* features.c */

/* All sections of a file in file mode, or the folder of AUX data among them, which is *index,
 * *index_size 0: none. */
bool tl_perf_read_features(struct tl_perf *p, uint64_t table, const uint64_t bits[4],
			   uint64_t file_size, uint64_t *index, uint64_t *index_size);

/* One feature's bytes, as a section or a FEATURE record has them. */
bool tl_perf_add_feature(struct tl_perf *p, unsigned feature, const uint8_t *bytes, size_t n);

/* One build-id as a BUILD_ID record has it, behind its header. */
bool tl_perf_add_build_id(struct tl_perf *p, uint16_t misc, const uint8_t *bytes, size_t n);

/* The body of an EVENT_UPDATE record. */
bool tl_perf_update_event(struct tl_perf *p, const uint8_t *bytes, size_t n);

/* sampleid.c */
struct tl_perf_layout tl_perf_layout_of(const struct tl_perf_attr *attr);
void tl_perf_fill_id(const struct tl_perf *p, struct tl_perf_record *r);

/* records.c */

/*
 * All records of all files, in the file's order, AUXTRACE included where no index tells of it
 * (len is that of the record itself); `id` is left to the visitor.  False with err: see tl_perf_walk().
 */
typedef bool tl_perf_visit(void *arg, struct tl_perf_record *r);
bool tl_perf_visit_all(const struct tl_perf *p, tl_perf_visit *visit, void *arg,
		       struct tl_err *err);

/* The same for the records from `start` to `end` of one file, which borders of records are. */
bool tl_perf_visit_part(const struct tl_perf *p, uint32_t file, uint64_t start, uint64_t end,
			tl_perf_visit *visit, void *arg, struct tl_err *err);

/* auxtrace.c */

/* The body of an AUXTRACE_INFO record. */
bool tl_perf_add_auxinfo(struct tl_perf *p, const uint8_t *body, size_t n);

/* An AUXTRACE record at `offset` of a file, `body` behind its header. */
bool tl_perf_add_auxtrace(struct tl_perf *p, size_t file, uint64_t offset, const uint8_t *body,
			  size_t n);

/* From the index in the file; *usable false: it is broken, walk. */
bool tl_perf_read_auxindex(struct tl_perf *p, uint64_t offset, uint64_t size, bool *usable);

/* When attributes and features are known. */
bool tl_perf_finish_pt(struct tl_perf *p);

/* auxqueue.c: queues and their pieces, from what was found. */
bool tl_perf_make_queues(struct tl_perf *p);

/*
 * Without times the queues are shown one after another: first those of threads that ended, in the
 * order they did, as perf does.  False: out of memory.
 */
bool tl_perf_order_queues(struct tl_perf *p);

/* For tl_perf_queue_of(), when they are in order.  False: out of memory. */
bool tl_perf_index_queues(struct tl_perf *p);

/* unpack.c: the zstd stream that is in a file's COMPRESSED records. */
struct tl_perf_unpack;
struct tl_perf_unpack *tl_perf_unpack_open(void); /* NULL: no memory */
void tl_perf_unpack_close(struct tl_perf_unpack *u);

/* Bytes of the next record; then next() until it is false. */
void tl_perf_unpack_feed(struct tl_perf_unpack *u, const uint8_t *bytes, size_t n);

/* The next whole record in what was unpacked.  *bad: a reason why it is false, or NULL. */
bool tl_perf_unpack_next(struct tl_perf_unpack *u, const uint8_t **record, size_t *n,
			 const char **bad);

/* Is there the start of a record whose rest never came?  NULL is fine. */
bool tl_perf_unpack_rest(const struct tl_perf_unpack *u);

#endif

/*
 * format.h: the headers in a zstd file, as the bytes say (RFC 8878, "Zstandard Compression and the
 * application/zstd Media Type").  Nothing here reads a file or decompresses.  Any thread.
 */
#ifndef TL_DECODERS_ZSTD_FORMAT_H
#define TL_DECODERS_ZSTD_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TL_ZSTD_MAGIC      0xFD2FB528u
#define TL_ZSTD_SKIP_MAGIC 0x184D2A50u /* and the 15 behind it */
#define TL_ZSTD_FRAME_HEAD 18          /* the longest header of a frame, with its magic */
#define TL_ZSTD_SKIP_HEAD  8
#define TL_ZSTD_BLOCK_HEAD 3
#define TL_ZSTD_BLOCK_MAX  (128u << 10)
#define TL_ZSTD_CHECKSUM   4
#define TL_ZSTD_NOT_SAID   UINT64_MAX
#define TL_ZSTD_WINDOW_MAX (UINT64_C(1) << 27) /* what zstd -d takes without --long */
#define TL_ZSTD_WINDOW_LOG 27

enum tl_zstd_what {
	TL_ZSTD_FRAME,
	TL_ZSTD_SKIPPABLE,
	TL_ZSTD_LEGACY, /* of before zstd 0.8 (2016) */
	TL_ZSTD_OTHER,
	TL_ZSTD_SHORT, /* so far it could be one */
};

struct tl_zstd_frame {
	size_t head;     /* bytes of the header */
	uint64_t window; /* of a frame: how far back a match can reach */
	uint64_t
	    content; /* bytes of text, or NOT_SAID; of a skippable frame: bytes behind the header */
	uint32_t dict;      /* the dictionary needed, or 0 */
	uint32_t block_max; /* the longest text a block may hold */
	bool checksum;
};

/* What begins with these bytes of a file?  Of a FRAME and a SKIPPABLE one, *out. */
enum tl_zstd_what tl_zstd_read_frame(const uint8_t *p, size_t n, struct tl_zstd_frame *out);

/* The Window_Descriptor for at least so many bytes, and what one means. */
uint8_t tl_zstd_window_byte(uint64_t window);
uint64_t tl_zstd_window_of(uint8_t descriptor);

enum tl_zstd_block_type { TL_ZSTD_RAW, TL_ZSTD_RLE, TL_ZSTD_COMPRESSED, TL_ZSTD_RESERVED };

struct tl_zstd_block {
	enum tl_zstd_block_type type;
	bool last;
	size_t size;   /* of the text where it is RAW or RLE */
	size_t stored; /* bytes behind the header in the file */
};

/* From the TL_ZSTD_BLOCK_HEAD bytes at p. */
struct tl_zstd_block tl_zstd_read_block(const uint8_t *p);

/* Tables that blocks define, and that later ones may use again. */
enum tl_zstd_table {
	TL_ZSTD_LITLENS,
	TL_ZSTD_OFFSETS,
	TL_ZSTD_MATCHLENS,
	TL_ZSTD_TREE, /* the Huffman tree of the literals */
	TL_ZSTD_NTABLES,
};
#define TL_ZSTD_NCODES TL_ZSTD_TREE /* the tables before it are of sequences */

/* How a block comes to a table of sequences. */
enum tl_zstd_mode { TL_ZSTD_PREDEFINED, TL_ZSTD_SAME, TL_ZSTD_TABLE, TL_ZSTD_REPEAT };

/* The headers within a compressed block; places are offsets in its bytes behind the block header. */
struct tl_zstd_sections {
	bool new_tree; /* a Huffman tree is described at `tree` */
	bool old_tree; /* one of an earlier block is used */
	size_t tree, literals_end;
	uint32_t nseq;
	enum tl_zstd_mode mode[TL_ZSTD_NCODES]; /* where nseq > 0 */
	size_t tables;                          /* where their descriptions begin */
};

/* False: damaged, or in a form whose meaning is not sure. */
bool tl_zstd_read_sections(const uint8_t *p, size_t n, struct tl_zstd_sections *out);

/* The length of the description of a Huffman tree; 0: damaged. */
size_t tl_zstd_tree_length(const uint8_t *p, size_t n);

#endif

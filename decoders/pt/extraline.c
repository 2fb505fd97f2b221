/*
 * extraline.c: what is beside the flow of control, in perf's words, in brackets: "[ptwrite: 0x1f]".
 * Numbers and names: Intel SDM vol. 3, "Intel Processor Trace", "Packet Definitions".
 */
#include "decoders/pt/pen.h"

#include <stdio.h>

/* By CFE's type. */
static const char *const causes[] = {
	NULL,      "INTR",   "IRET",        "SMI",      "RSM", "SIPI",  "INIT",
	"VMENTRY", "VMEXIT", "VMEXIT_INTR", "SHUTDOWN", NULL,  "UINTR", "UIRET",
};

/* By EVD's type: the address of a page fault; the qualification and the reason of a VM exit. */
static const char *const data_names[] = { "PFA", "VMXQ", "VMXR" };

static uint8_t *put_cbr(const struct tl_pt_pen *pen, uint8_t *p, unsigned ratio)
{
	const struct tl_pt_style *style = pen->style;

	p += sprintf((char *)p, "cbr: %u", ratio);
	if (style->cbr_khz)
		p += sprintf((char *)p, " freq: %llu MHz",
			     ((unsigned long long)ratio * style->cbr_khz + 500) / 1000);
	if (style->max_ratio) /* rounded, of the frequency the processor is sold with */
		p += sprintf((char *)p, " (%u%%)", (1000 * ratio / style->max_ratio + 5) / 10);
	return p;
}

static uint8_t *put_cfe(const struct tl_pt_pen *pen, uint8_t *p, const struct tl_pt_event *events,
			size_t i)
{
	const struct tl_pt_event *ev = &events[i];
	unsigned nevds = 0;

	p += sprintf((char *)p, "cfe: ");
	if (ev->to < sizeof(causes) / sizeof(*causes) && causes[ev->to])
		p += sprintf((char *)p, "%s", causes[ev->to]);
	else
		p += sprintf((char *)p, "%u", (unsigned)ev->to);
	p += sprintf((char *)p, " IP: %u vector: %u", ev->code, ev->length);
	/* Its data are the thread's next events. */
	for (uint32_t at = pen->steps[i].next; at != UINT32_MAX && nevds < TL_PT_EXTRA_DATA;
	     at = pen->steps[at].next, nevds++) {
		const struct tl_pt_event *evd = &events[at];

		if (evd->kind != TL_PT_EV_EVD)
			break;
		if (evd->length < sizeof(data_names) / sizeof(*data_names))
			p += sprintf((char *)p, " %s", data_names[evd->length]);
		else
			p += sprintf((char *)p, " EVD_%u", evd->length);
		p += sprintf((char *)p, ": 0x%llx", (unsigned long long)evd->to);
	}
	return p;
}

uint8_t *tl_pt_put_extra(const struct tl_pt_pen *pen, uint8_t *p, const struct tl_pt_event *events,
			 size_t i)
{
	const struct tl_pt_event *ev = &events[i];
	unsigned v = (unsigned)ev->to;
	char *text = (char *)p + 1;

	*p = '[';
	switch (ev->kind) {
	case TL_PT_EV_BRANCH: /* the only one that instructions do not tell */
		text += sprintf(text, "tx: abort");
		break;
	case TL_PT_EV_PTWRITE:
		text += sprintf(text, "ptwrite: 0x%llx", (unsigned long long)ev->to);
		break;
	case TL_PT_EV_CBR:
		text = (char *)put_cbr(pen, p + 1, v);
		break;
	case TL_PT_EV_TX:
		text += sprintf(text, "tx: %s", ev->to ? "begin" : "commit");
		break;
	case TL_PT_EV_MWAIT:
		text += sprintf(text, "mwait: hints: 0x%x extensions: 0x%x", v & 0xff,
				(unsigned)(ev->to >> 32) & 3);
		break;
	case TL_PT_EV_PWRE:
		text += sprintf(text, "pwre: hw: %u cstate: %u sub-cstate: %u", v >> 7 & 1,
				v >> 12 & 15, v >> 8 & 15);
		break;
	case TL_PT_EV_PWRX:
		text += sprintf(text, "pwrx: deepest cstate: %u last cstate: %u wake reason: 0x%x",
				v & 15, v >> 4 & 15, v >> 8 & 15);
		break;
	case TL_PT_EV_EXSTOP:
		text += sprintf(text, "exstop: ip: %u", v);
		break;
	case TL_PT_EV_CFE:
		text = (char *)put_cfe(pen, p + 1, events, i);
		break;
	case TL_PT_EV_IFLAG:
		text +=
		    sprintf(text, "iflag: %u->%u %s branch", !v, v != 0, ev->code ? "via" : "non");
		break;
	default: /* TL_PT_EV_MODE */
		text += sprintf(text, "mode: %u-bit", v);
		break;
	}
	*text++ = ']';
	return (uint8_t *)text;
}

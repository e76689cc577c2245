/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The outcomes of the programs on a backend: name, action, description. Each packet, in or out, has exactly
 * one. Numbers are counter indexes, so new ones go to the end.
 *
 * PASS_: arriving, untouched. DECAPSULATED_, OPTION_: arriving, made what a server expects. REPLY_: leaving.
 * DROP_: gone.
 */
#pragma once

/* clang-format off */
#define DECAP_VERDICTS(verdict) \
	verdict(PASS_TRUNCATED, PASS, "cut short inside its headers, or malformed") \
	verdict(PASS_ETHERTYPE, PASS, "neither IPv4 nor IPv6 (ARP, two VLAN tags, ...)") \
	verdict(PASS_PLAIN, PASS, "neither IPIP nor with the option of a service") \
	verdict(PASS_FRAGMENT, PASS, "a fragment: of IPIP, or with the option of a service but no ports") \
	verdict(PASS_OUTER_OPTIONS, PASS, "IPIP with options in its outer header") \
	verdict(PASS_NOT_OWN, PASS, "IPIP to an address that is not one of this host's") \
	verdict(PASS_STRANGER, PASS, "IPIP from an address that is in no configured source") \
	verdict(PASS_OPTION_NOT_VIP, PASS, "its option names an address that is no configured service address") \
	verdict(DECAPSULATED_4IN4, PASS, "IPv4 taken out of IPv4") \
	verdict(DECAPSULATED_6IN6, PASS, "IPv6 taken out of IPv6") \
	verdict(DECAPSULATED_4IN6, PASS, "IPv4 taken out of IPv6") \
	verdict(DECAPSULATED_6IN4, PASS, "IPv6 taken out of IPv4") \
	verdict(OPTION_RECORDED, PASS, "its option was noted and taken off: replies leave with the service address") \
	verdict(DROP_INNER, DROP, "IPIP whose inner packet has a wrong version or length") \
	verdict(DROP_NOT_VIP, DROP, "IPIP whose inner destination is no configured service address") \
	verdict(DROP_ECN, DROP, "marked as congested outside, not capable of ECN inside (RFC 6040)") \
	verdict(DROP_NO_ROOM, DROP, "the kernel could not shorten or rewrite it") \
	verdict(DROP_NO_RECORD, DROP, "its option could not be noted; the client sends again") \
	verdict(REPLY_PLAIN, PASS, "leaving; belongs to no service") \
	verdict(REPLY_TRANSLATED, PASS, "leaving with the service address as source") \
	verdict(REPLY_FRAGMENT_TRANSLATED, PASS, "a later fragment, leaving with the service address as source") \
	verdict(REPLY_ERROR_TRANSLATED, PASS, "an ICMP error about a packet to a service, told in the service's name") \
	verdict(REPLY_EXPIRED, PASS, "leaving with its own address: what its option said is too old")
/* clang-format on */

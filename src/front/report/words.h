/* words: codes and arguments made into sentences, in the user's language.
 *
 * Sentences stand in data/reasons.tsv and in the rules of src/front/audit, with arguments as
 * {name}; a part in [ ] is left out where an argument in it is missing. Arguments come from
 * strangers: each is escaped on its way in, so what comes out is printable. `ascii` asks for
 * printable ASCII, else UTF-8. Everything returned is to be freed.
 */
#ifndef TLSDIVE_FRONT_REPORT_WORDS_H
#define TLSDIVE_FRONT_REPORT_WORDS_H

#include "front/audit/audit.h"
#include "front/audit/stacks.h"
#include "front/model/model.h"

/* A sentence with its arguments. One that is missing and not in [ ] is shown as "?", a long one is
 * cut, an RFC 3339 time is written out, and {reason} is a code or a list of codes, shown as
 * sentences with the same arguments.
 */
char *words_fill(const char *sentence, const json_t *args, bool ascii);

/* The sentence of a reason or result. A code that is in no table is shown as it is. */
char *words_reason(const char *code, const json_t *args, bool ascii);

/* Why an endpoint ended as it did: its reason's sentence, else its result's; "" while it runs. */
char *words_outcome(const Endpoint *endpoint, bool ascii);

/* Why an answer is no or unknown: its reason's sentence, with what its connection shows where the
 * fact has no arguments; "" where it has no reason. */
char *words_answer(const Answer *answer, bool ascii);

/* What the code of a feature or behaviour that was asked about means, in a few words; one that is
 * not known is shown as it is, with blanks. */
char *words_trait(const char *code, bool ascii);

/* Why the last dive was broken off; NULL where it was not. To be freed. */
char *words_breach(const Answers *answers, bool ascii);

/* Which TLS stack it is, as far as the habits tell: "like OpenSSL 3.0: 12 of 12 habits agree". */
char *words_stack(const StackGuess *guess);

/* What is not as that stack has it: "extension order (key_share ...), ..."; "" where all is. */
char *words_stack_but(const StackGuess *guess, bool ascii);

/* A feature of data/stacks.tsv in words: "extension order", "tolerates GREASE in TLS 1.3". */
char *words_habit(const char *feature, bool ascii);

/* What a question of a `question` job asks: "x25519 in TLS 1.3". */
char *words_question(const json_t *question, bool ascii);

/* Text from the network (a string, or {"base64": ...}), a number, or a list of those. */
char *words_value(const json_t *value, bool ascii);

/* The texts of a finding. */
char *words_finding(const Finding *finding, bool ascii);
char *words_what(const Finding *finding, bool ascii);
char *words_why(const Finding *finding, bool ascii);
char *words_act(const Finding *finding, bool ascii);

/* Its sentence in English and printable ASCII, for other programs. */
char *words_finding_english(const Finding *finding);

/* A verdict in one line: "trusted", or every reason why not. */
char *words_verdict(const Verdict *verdict, bool ascii);

/* What a class of clients would do, of member `clients` of a verdict. */
char *words_client(const json_t *client, bool ascii);

#endif

/* tables: what build-aux/tables.awk writes from data/, for registry.c alone.
 *
 * Each table is sorted by its key, which is unique. A table and its size bear the name of its file.
 */
#ifndef TLSDIVE_COMMON_REGISTRY_TABLES_H
#define TLSDIVE_COMMON_REGISTRY_TABLES_H

#include "common/registry/registry.h"

extern const Code table_codes[];
extern const size_t table_codes_size;
extern const CtLog table_ct_logs[];
extern const size_t table_ct_logs_size;
extern const Distrust table_distrust[];
extern const size_t table_distrust_size;
extern const ExtensionInfo table_extensions[];
extern const size_t table_extensions_size;
extern const About table_fields[];
extern const size_t table_fields_size;
extern const Group table_groups[];
extern const size_t table_groups_size;
extern const LeCa table_lecas[];
extern const size_t table_lecas_size;
extern const LeCertificate table_lecertificates[];
extern const size_t table_lecertificates_size;
extern const Oid table_oids[];
extern const size_t table_oids_size;
extern const Prime table_primes[];
extern const size_t table_primes_size;
extern const Reason table_reason[];
extern const size_t table_reason_size;
extern const Result table_result[];
extern const size_t table_result_size;
extern const Scheme table_schemes[];
extern const size_t table_schemes_size;
extern const CipherSuite table_ssl2[];
extern const size_t table_ssl2_size;
extern const StackRow table_stacks[];
extern const size_t table_stacks_size;
extern const CipherSuite table_suites[];
extern const size_t table_suites_size;

#endif

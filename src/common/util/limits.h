/* limits: every ceiling of the program, in one place.
 *
 * Whatever a stranger can make grow has its ceiling here; what reaches one is cut or ended there,
 * and the fact that says so names the number. doc/tlsdive.1 lists the ones that a user may meet.
 */
#ifndef TLSDIVE_COMMON_UTIL_LIMITS_H
#define TLSDIVE_COMMON_UTIL_LIMITS_H

enum {
    /* the fact stream */
    LIMIT_LINE = 1 << 20,       /* bytes of one line, its newline included */
    LIMIT_BYTES_PART = 1 << 19, /* bytes of a stranger's data in one `bytes` fact */
    LIMIT_BYTES_PARTS = 64,     /* parts in which the bytes of one hash may come */
    LIMIT_EVENTS = 8192,        /* lines of one connection's timeline that are kept */
    LIMIT_ERRORS = 4096,        /* error facts that are kept */
    LIMIT_TOPICS = 1024,        /* questions of one endpoint, by version and kind of key */
    LIMIT_ANSWERS = 32768,      /* answers kept of one endpoint, one an item */
    LIMIT_SAID = 16384, /* bytes and certificates that a worker remembers to have said before */

    /* one connection */
    LIMIT_CONNECTION_BYTES = 4 << 20, /* bytes received */
    LIMIT_MESSAGES = 256,             /* handshake messages, both ways */
    LIMIT_MESSAGE = 1 << 20,          /* bytes of one handshake message */
    LIMIT_AHEAD = 16,                 /* messages of DTLS held that overtook another */
    LIMIT_RESENDS = 5,                /* times that a flight of DTLS is sent again */
    LIMIT_VERIFIES = 4,               /* HelloVerifyRequests received */
    LIMIT_RECORDS = 4096,             /* records received */
    LIMIT_EMPTY_RECORDS = 32,         /* records without content in a row */
    LIMIT_WARNINGS = 16,              /* warning alerts received */
    LIMIT_HELLO_REQUESTS = 4,         /* renegotiation requests received */
    LIMIT_TICKETS = 16,               /* session tickets received */
    LIMIT_CERTIFICATES = 100,         /* certificates in a chain */

    /* a plain-text dialogue */
    LIMIT_DIALOGUE_LINE = 4096, /* bytes of one line */
    LIMIT_DIALOGUE_LINES = 256, /* lines received */

    /* decoding */
    LIMIT_DER_DEPTH = 64,      /* nesting */
    LIMIT_OID = 256,           /* content bytes of an object identifier */
    LIMIT_EXTENSIONS = 256,    /* extensions of one certificate or hello */
    LIMIT_FIELDS = 65536,      /* fields of one explained message or certificate */
    LIMIT_FIELDS_REPLY = 1500, /* fields in one reply of the reader */
    LIMIT_VALUE = 4096, /* bytes of one field's value as text; the bytes themselves are all there */
    LIMIT_NAMES = 256,  /* subjectAltName entries listed in a `certificate` fact */
    LIMIT_CERTIFICATE_TEXT = 96 << 10, /* bytes of all texts of a `certificate` fact */
    LIMIT_CERTIFICATE = 1 << 20,       /* bytes of one certificate */
    LIMIT_OPENSSL_TEXT = 128 << 10,    /* bytes of its text in OpenSSL's form */
    LIMIT_SECOND_OPINION = 32 << 10,   /* bytes of a certificate that GnuTLS is asked about */
    LIMIT_PATH = 16,                   /* certificates in a verified path */
    LIMIT_PATHS = 64,                  /* paths looked at for one chain */
    LIMIT_SIGNATURES = 256,            /* signatures verified for one chain */
    LIMIT_PATH_TEXT = 1024,            /* bytes of a subject in a verdict's path */
    LIMIT_VERDICT_TEXT = 64 << 10,     /* bytes of all subjects in a verdict's paths */
    LIMIT_NAME_CHECKS = 1 << 20,       /* names compared with name constraints, for one chain */
    LIMIT_TLSA_DATA = 32 << 10,        /* bytes of one TLSA record */
    LIMIT_TLSA = 32,                   /* TLSA records held against one chain */
    LIMIT_BUNDLE = 12000,              /* certificates of one file */
    LIMIT_POLICIES = 256,              /* policies or mappings of one certificate looked at */
    LIMIT_STORES = 16,                 /* trust stores that a chain is judged against */
    LIMIT_ITERATIONS = 3000000,        /* of a password's derivations, for one file */
    LIMIT_PRIVATE_KEY = 64 << 10,      /* bytes of a private key that is looked at */
    LIMIT_TREES = 4,                   /* explained trees that the reader keeps */
    LIMIT_SKEW = 300,      /* seconds that the clocks of responders and logs may be off */
    LIMIT_RESPONDERS = 16, /* certificates in an OCSP response that are looked at */
    LIMIT_RESPONSES = 64,  /* OCSP responses and CRLs that are judged for one chain */
    LIMIT_CRL = 20 << 20,  /* bytes of one CRL */
    LIMIT_SCTS = 64,       /* timestamps that are verified for one chain */

    /* time, in milliseconds */
    LIMIT_IDLE_MS = 5000,   /* silence on a connection, unless --timeout says otherwise */
    LIMIT_TOTAL_FACTOR = 4, /* a connection's absolute limit, as a multiple of the idle one */
    LIMIT_LISTEN_MS =
        100,            /* listening for tickets and late alerts, at least; else two round trips */
    LIMIT_PART_MS = 10, /* from one part of a hello to the next, at least; else a round trip */
    LIMIT_ODD_MS = 500, /* silence on a hello that no server has to answer; else four round trips */
    LIMIT_DELAY_MS = 250,    /* RFC 8305: Connection Attempt Delay */
    LIMIT_RESOLVE_MS = 5000, /* a name look-up in all */

    /* how much at once */
    LIMIT_PRIME_BITS = 4096,       /* of a Diffie-Hellman prime that is tested */
    LIMIT_PRIMES = 4,              /* of these in one dive */
    LIMIT_DIVE_CONNECTIONS = 1000, /* connections of one dive, unless --connections */
    LIMIT_QUESTIONS = 4096,     /* connections of dives, of all endpoints, whose lines are kept */
    LIMIT_TIMES = 1000,         /* times that one question is asked in a row */
    LIMIT_TRIES = 4000,         /* hellos of one question that are kept, lost ones among them */
    LIMIT_PER_ADDRESS = 8,      /* established connections to one address, unless --per-address */
    LIMIT_CONNECTING = 64,      /* connects to one address that wait for an answer */
    LIMIT_PARALLEL = 128,       /* established connections in all, unless --parallel */
    LIMIT_CONNECTING_ALL = 512, /* connects that wait for an answer, in all */
    LIMIT_RESOLVING = 64,       /* names that are looked up at once */
    LIMIT_CHAINS = 32,          /* chains judged of one endpoint's dives */
    LIMIT_ADDRESSES = 32,       /* addresses of one name */

    /* fetching what certificates point to */
    LIMIT_DNS_MS = 10000,           /* one question to the DNS */
    LIMIT_LOOKUPS = 64,             /* of these at once */
    LIMIT_DNS_RECORDS = 64,         /* records of one answer, mail servers of one policy */
    LIMIT_CAA_PARAMETERS = 32,      /* of one record */
    LIMIT_POLICY_LINES = 1024,      /* of an MTA-STS policy, fields of a TXT record */
    LIMIT_FETCH_OCSP = 64 << 10,    /* bytes of an OCSP response */
    LIMIT_FETCH_ISSUER = 1 << 20,   /* bytes of an issuer's certificate, or of several */
    LIMIT_FETCH_CRL = 16 << 20,     /* bytes of a CRL */
    LIMIT_FETCH_POLICY = 64 << 10,  /* bytes of an MTA-STS policy */
    LIMIT_FETCH_HEADERS = 64 << 10, /* bytes of the header fields of an answer */
    LIMIT_FETCH_URL = 4096,         /* bytes of an address */
    LIMIT_FETCH_LARGE = 2 << 20,    /* what may be larger than this has a limit of its own: */
    LIMIT_FETCHES_LARGE = 2,        /* of these at once */
    LIMIT_FETCHES = 16,             /* requests at once */
    LIMIT_FETCHES_PER_HOST = 2,     /* of these to one host */
    LIMIT_FETCH_ADDRESSES = 4,      /* of one kind in one certificate */
    LIMIT_FETCH_ROUNDS = 6,         /* times that a chain asks for more */
    LIMIT_KEPT_BYTES = 64 << 20,    /* of all files in the cache */
    LIMIT_FETCH_REDIRECTS = 3,      /* that are followed */
    LIMIT_FETCH_IDLE_MS = 5000,     /* silence, or less than 16 bytes a second */
    LIMIT_FETCH_MS = 15000,         /* a request in all */
    LIMIT_FETCH_CRL_MS = 60000,     /* that of a CRL */

    LIMIT_FILTER = 4096, /* bytes of a filter as typed */

    /* targets */
    LIMIT_ENDPOINTS = 100000, /* endpoints of one run */
    LIMIT_FILE = 20 << 20,    /* bytes of one local file; base64 of it fits into a job */
    LIMIT_PASSWORD = 1024,    /* bytes of a password */
    LIMIT_FILES = 100000,     /* files looked at in one directory, or named */
    LIMIT_FOLDERS = 32,       /* directories nested in a directory */
    LIMIT_TARGET = 2048,      /* bytes of one target as written */

    /* workers */
    LIMIT_WORKER_MEMORY_MB = 512, /* address space that a worker may add to what it starts with */
    LIMIT_JOB = 32 << 20,         /* bytes of one job: a bundle of 10,000 certificates in base64 */
    LIMIT_READER_MS = 10000,      /* that the reader may be busy with one job */
    LIMIT_RESTARTS = 5,           /* restarts of a worker within a minute */
};

#endif

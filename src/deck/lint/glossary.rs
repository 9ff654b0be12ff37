//! Capitals that A6 takes for known: acronyms that somebody who opens a terminal has met, the commonest ones of the
//! field, and words that only look like acronyms (keywords of SQL, names of messages).

/// Known acronyms and capitalised words, in order.
#[rustfmt::skip]
pub(super) const KNOWN: &[&str] = &[
    "ABA", "ABORT", "ACID", "ACK", "AFS", "ALL", "AND", "ANY", "API", "ARIES", "AS", "ASCII", "ATC", "AVG",
    "AVX", "AWS", "BASE", "BEGIN", "BFT", "BY", "CAP", "CAS", "CI", "CIDR", "CLI", "CLOCK", "COMMIT",
    "COUNT", "CPU", "CRC", "CRDT", "CREATE", "CRUD", "CSV", "DAG", "DB", "DBMS", "DDIA", "DDL", "DELETE",
    "DML", "DNS", "DRAM", "DROP", "EACH", "EC", "ECHO", "ELSE", "END", "ERROR", "EXISTS", "FALSE", "FIFO",
    "FIN", "FLP", "FROM", "GB", "GC", "GCP", "GET", "GFS", "GPU", "GROUP", "HAVING", "HDD", "HDFS", "HTML",
    "HTTP", "HTTPS", "ID", "IF", "IN", "INDEX", "INIT", "INSERT", "INTO", "IO", "IP", "IPC", "IT", "JIT",
    "JOIN", "JSON", "JVM", "KB", "KV", "LAN", "LEADER", "LFU", "LIFO", "LIKE", "LIMIT", "LOCK", "LRU",
    "LSM", "LSN", "MAX", "MB", "MD", "MIN", "MIT", "ML", "MVCC", "NACK", "NAK", "NEW", "NFS", "NIC", "NO",
    "NOT", "NSDI", "NTP", "NULL", "NUMA", "NVM", "OK", "OLAP", "OLTP", "ON", "OR", "ORDER", "OS", "OSDI",
    "PB", "PBFT", "PC", "PDF", "PING", "PODC", "PONG", "POST", "PROBE", "PUT", "QUIC", "RAID", "RAM",
    "RDD", "RDMA", "READ", "READY", "REQ", "RPC", "RTT", "SATA", "SELECT", "SET", "SGD", "SHA", "SIGMOD",
    "SIMD", "SIX", "SLA", "SLO", "SOSP", "SQL", "SSD", "SSH", "SSL", "START", "STOP", "SUM", "SYN",
    "TABLE", "TB", "TCP", "THEN", "TLB", "TLS", "TPU", "TRUE", "TTL", "UDP", "UI", "UNION", "UNLOCK",
    "UPDATE", "URI", "URL", "UTC", "UTF", "UUID", "VALUES", "VIEW", "VLDB", "VM", "VOTE", "WAL", "WAN",
    "WHERE", "WITH", "WRITE", "XML", "XOR", "YAML", "YES",
];

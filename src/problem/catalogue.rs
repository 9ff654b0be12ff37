//! The list of all families, by subject: one line each, which is all that a new family adds outside its own file.
//! Not for looking them up (`problem::find`).
//!
//! A line names the file below the subject's folder; the file holds `pub const FAMILY: &dyn Family`.

use super::Family;

macro_rules! catalogue {
    ($($folder:literal $subject:ident { $($shared:ident,)* : $($file:ident,)* })*) => {
        $(
            #[path = $folder]
            mod $subject {
                $(mod $shared;)*
                $(pub mod $file;)*
            }
        )*

        /// All families, by subject, then in the order of the lines below.
        pub static FAMILIES: &[&dyn Family] = &[$($($subject::$file::FAMILY,)*)*];
    };
}

// Before the colon: code shared by families of one subject. Behind it: the families.
catalogue! {
    "time" time {
        script, :
        clock_consistent_cut,
        clock_happens_before,
        clock_hybrid,
        clock_lamport,
        clock_vector,
    }
    "consensus" consensus {
        :
        quorum_faults,
        quorum_overlap,
        raft_commit_index,
        raft_election,
    }
    "transactions" transactions {
        wording,
        :
        anomaly_name,
        concurrency_timestamp_order,
        locks_deadlock,
        locks_intention,
        locks_two_phase,
        mvcc_snapshot_isolation,
        mvcc_timestamp_order,
        mvcc_visibility,
        occ_validation,
        percolator_cell,
        schedule_serializable,
    }
    "storage" storage {
        :
        bloom_false_positives,
        btree_height,
        btree_split,
        buffer_replacement,
        hash_insert,
        recovery_aries,
    }
    "computation" computation {
        :
        availability_nines,
        join_cost,
        join_data_movement,
        latency_fan_out,
        optimizer_cardinality,
        sort_external,
    }
    "ml" ml {
        :
    }
}

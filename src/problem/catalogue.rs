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
        :
    }
    "storage" storage {
        :
        bloom_false_positives,
    }
    "computation" computation {
        :
        availability_nines,
        latency_fan_out,
    }
    "ml" ml {
        :
    }
}

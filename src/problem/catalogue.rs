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
        broadcast_causal_delivery,
        clock_consistent_cut,
        clock_drift,
        clock_happens_before,
        clock_hybrid,
        clock_lamport,
        clock_vector,
        snapshot_chandy_lamport,
        spanner_commit_wait,
    }
    "consensus" consensus {
        :
        bitcoin_double_spend,
        agreement_costs,
        election_lcr,
        lease_fencing_token,
        paxos_value,
        pbft_thresholds,
        quorum_faults,
        quorum_overlap,
        raft_append_entries,
        raft_commit_index,
        raft_election,
        raft_joint_consensus,
        raft_read_index,
        zookeeper_hierarchical_quorum,
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
        schedule_serializable,
        commit_two_phase,
    }
    "storage" storage {
        crdt_sets, :
        bloom_false_positives,
        btree_height,
        btree_split,
        buffer_replacement,
        hash_insert,
        recovery_aries,
        consistency_history,
        craq_read,
        crdt_merge,
        dynamo_sloppy_quorum,
        gossip_convergence,
        kademlia_routing,
    }
    "computation" computation {
        :
        availability_nines,
        join_cost,
        join_data_movement,
        latency_fan_out,
        optimizer_cardinality,
        sort_external,
        bigtable_location,
        erasure_coding,
        etcd_revisions,
        ring_keys_moved,
        ring_lookup,
    }
    "computation" computation {
        :
        flink_barriers,
        flink_key_groups,
        stream_windows,
    }
    "ml" ml {
        :
        ml_all_reduce,
        ml_pipeline,
        ml_ssp,
        ml_zero,
    }
}

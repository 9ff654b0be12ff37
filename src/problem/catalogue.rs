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
        script,
        :
        broadcast_causal_delivery,
        checkpoint_recovery_line,
        clock_consistent_cut,
        clock_drift,
        clock_happens_before,
        clock_hybrid,
        clock_lamport,
        clock_ntp,
        clock_vector,
        cops_dependencies,
        snapshot_chandy_lamport,
        spanner_commit_wait,
    }
    "consensus" consensus {
        :
        agreement_costs,
        agreement_graph,
        bitcoin_double_spend,
        election_bully,
        election_flood_max,
        election_hs,
        election_lcr,
        federated_quorums,
        lease_fencing_token,
        mutex_ricart_agrawala,
        paxos_value,
        pbft_thresholds,
        quorum_faults,
        quorum_overlap,
        raft_append_entries,
        raft_commit_index,
        raft_election,
        raft_joint_consensus,
        raft_read_index,
        viewstamped_view_change,
        zab_election,
        zookeeper_hierarchical_quorum,
    }
    "transactions" transactions {
        wording,
        :
        anomaly_name,
        commit_two_phase,
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
        tikv_gc,
    }
    "storage" storage {
        crdt_sets,
        lsm_versions,
        object_search,
        :
        bigtable_location,
        bloom_false_positives,
        btree_height,
        btree_split,
        buffer_replacement,
        column_compression,
        consistency_causal,
        consistency_history,
        consistency_objects,
        craq_read,
        crdt_merge,
        dynamo_sloppy_quorum,
        erasure_coding,
        etcd_revisions,
        extent_seal,
        gossip_convergence,
        hash_insert,
        kademlia_routing,
        lsm_lookup,
        merkle_compare,
        recovery_aries,
        register_abd,
        ring_keys_moved,
        ring_lookup,
        session_guarantees,
    }
    "computation" computation {
        :
        availability_nines,
        batch_re_execution,
        flink_barriers,
        flink_key_groups,
        join_cost,
        join_data_movement,
        join_radix,
        latency_fan_out,
        optimizer_cardinality,
        sort_external,
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

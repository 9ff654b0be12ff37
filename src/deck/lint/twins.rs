//! Finding pairs of sets that share most of their members, in time that grows nearly with their number.
//!
//! Prefix filtering: when two sets have a Jaccard index of at least `t`, each of them holds one of the shared members
//! among its first `n - ceil(t n) + 1`, in any order common to all sets; with the rarest members first, the lists of
//! an inverted index over these beginnings stay short. (Chaudhuri, Ganti & Kaushik, ICDE 2006; Bayardo, Ma & Srikant,
//! WWW 2007.) Every candidate is verified exactly.
//!
//! Not for what the sets mean.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A member found in more sets than this brings no two of them together by itself. Without the bound, 100,000 cards
/// made from one template would be compared each with each; sets that are equal are found regardless.
const COMMON: usize = 1000;

/// A threshold as a fraction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Threshold {
    pub(super) numerator: usize,
    pub(super) denominator: usize,
}

impl Threshold {
    /// Tells whether `shared` of `union` members reach the threshold.
    pub(super) fn reached(self, shared: usize, union: usize) -> bool {
        union > 0 && shared * self.denominator >= union * self.numerator
    }

    /// Returns the least number of members that a set as large as `size` must share.
    fn least(self, size: usize) -> usize {
        (size * self.numerator).div_ceil(self.denominator)
    }
}

/// Returns pairs `(earlier, later)` of sets with a Jaccard index of at least the threshold, in order: for each later set
/// at most `most` of them.
///
/// Empty sets are like no other. Members are hashes; they may repeat and count once.
pub(super) fn pairs(sets: &[Vec<u64>], threshold: Threshold, most: usize) -> Vec<(usize, usize)> {
    let ranked = rank(sets);
    let signatures: Vec<u64> = ranked.iter().map(|set| signature(set)).collect();
    let mut frequency: Vec<u32> = Vec::new();
    for &member in ranked.iter().flatten() {
        let member = member as usize;
        if frequency.len() <= member {
            frequency.resize(member + 1, 0);
        }
        frequency[member] += 1;
    }
    let mut index: Vec<Vec<u32>> = vec![Vec::new(); frequency.len()];
    let mut last_seen = vec![u32::MAX; sets.len()];
    let mut same: HashMap<&[u32], usize> = HashMap::new();
    let mut found = Vec::new();
    for (later, set) in ranked.iter().enumerate() {
        if set.is_empty() {
            continue;
        }
        let mark = later as u32;
        let before = found.len();
        // One earlier twin is enough where all are equal.
        if let Some(&earlier) = same.get(set.as_slice()) {
            found.push((earlier, later));
            last_seen[earlier] = mark;
        } else {
            same.insert(set, later);
        }
        let least = threshold.least(set.len());
        for &member in &set[..=set.len() - least] {
            let list = &mut index[member as usize];
            for &earlier in list.iter() {
                if found.len() - before >= most {
                    break;
                }
                // Members that the signatures show to be in one set only cannot be shared.
                let alone = (signatures[later] & !signatures[earlier as usize]).count_ones() as usize;
                if set.len() - alone < least || last_seen[earlier as usize] == mark {
                    continue;
                }
                last_seen[earlier as usize] = mark;
                let other = &ranked[earlier as usize];
                // The smaller set must be able to hold enough of the larger.
                if other.len() < least || set.len() < threshold.least(other.len()) {
                    continue;
                }
                let shared = overlap(other, set);
                if threshold.reached(shared, other.len() + set.len() - shared) {
                    found.push((earlier as usize, later));
                }
            }
            if frequency[member as usize] as usize <= COMMON {
                list.push(mark);
            }
        }
    }
    found.sort_unstable();
    found
}

/// Hashes a set into 64 bits, at most one for each member.
fn signature(set: &[u32]) -> u64 {
    // Multiplication spreads neighbouring ranks (Knuth, vol. 3, 6.4).
    set.iter()
        .fold(0, |bits, &member| bits | 1 << (u64::from(member).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58))
}

/// Numbers the members by how rare they are, and sorts each set by that.
fn rank(sets: &[Vec<u64>]) -> Vec<Vec<u32>> {
    let mut members: Vec<u64> = Vec::with_capacity(sets.iter().map(Vec::len).sum());
    let mut own = Vec::new();
    for set in sets {
        own.clone_from(set);
        own.sort_unstable();
        own.dedup();
        members.extend(&own);
    }
    members.sort_unstable();
    let mut order: Vec<(usize, u64)> =
        members.chunk_by(|a, b| a == b).map(|equal| (equal.len(), equal[0])).collect();
    drop(members);
    order.sort_unstable();
    let ranks: HashMap<u64, u32, BuildHasherDefault<Hashed>> =
        order.into_iter().zip(0..).map(|((_, member), rank)| (member, rank)).collect();
    let ranked = |set: &Vec<u64>| {
        let mut ranked: Vec<u32> = set.iter().filter_map(|member| ranks.get(member).copied()).collect();
        ranked.sort_unstable();
        ranked.dedup();
        ranked
    };
    sets.iter().map(ranked).collect()
}

/// A hasher for what is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Counts what two ascending lists share.
fn overlap(a: &[u32], b: &[u32]) -> usize {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                shared += 1;
                i += 1;
                j += 1;
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    const SIX_TENTHS: Threshold = Threshold { numerator: 3, denominator: 5 };

    fn sets(lines: &[&str]) -> Vec<Vec<u64>> {
        lines
            .iter()
            .map(|line| line.bytes().filter(u8::is_ascii_alphabetic).map(u64::from).collect())
            .collect()
    }

    fn all(sets: &[Vec<u64>]) -> Vec<(usize, usize)> {
        pairs(sets, SIX_TENTHS, usize::MAX)
    }

    #[test]
    fn the_threshold_is_exact() {
        // 3 of 5, and 4 of 7.
        assert_eq!(all(&sets(&["a b c d", "a b c e"])), [(0, 1)]);
        assert_eq!(all(&sets(&["a b c d e", "a b c d f g"])), []);
        assert_eq!(all(&sets(&["", "", "a", "a a"])), [(2, 3)]);
    }

    #[test]
    fn no_set_has_more_twins_than_wanted() {
        let made = sets(&["a b c d", "a b c e", "a b c f", "a b c g"]);
        assert_eq!(all(&made).len(), 6);
        assert_eq!(pairs(&made, SIX_TENTHS, 1), [(0, 1), (0, 2), (0, 3)]);
    }

    #[test]
    fn a_thousand_templates_and_more_are_not_compared_each_with_each() {
        let made: Vec<Vec<u64>> = (0..3 * COMMON as u64).map(|n| vec![0, 1, n + 2]).collect();
        assert_eq!(all(&made), []);
    }

    proptest! {
        /// Below the bound the index finds what comparing each with each finds.
        #[test]
        fn nothing_is_missed(made in prop::collection::vec(prop::collection::hash_set(0_u64..14, 0..8), 0..40)) {
            let sets: Vec<Vec<u64>> = made.iter().map(|set| set.iter().copied().collect()).collect();
            let found: HashSet<_> = all(&sets).into_iter().collect();
            for later in 0..made.len() {
                for earlier in 0..later {
                    let shared = made[earlier].intersection(&made[later]).count();
                    let union = made[earlier].union(&made[later]).count();
                    let alike = union > 0 && shared * 5 >= union * 3;
                    prop_assert_eq!(found.contains(&(earlier, later)), alike, "{:?} {:?}", made[earlier], made[later]);
                }
            }
        }
    }
}

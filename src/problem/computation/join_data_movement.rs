//! `join.data-movement`: the data a distributed join sends over the network, by where its tables lie.

use serde_json::json;

use crate::problem::text::number;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &JoinDataMovement;

struct JoinDataMovement;

const OWN_COPY: &str =
    "you sent the broadcast table to every node; each node holds its own part of it already";
const ALL_SHUFFLED: &str = "you moved every row; one part in n lies on the right node already";
const BROADCAST_LARGE: &str = "you broadcast the larger table";
const OTHER_PLAN: &str = "the other plan sends less";
const NEEDLESS: &str = "matching rows lie on the same node already; nothing has to move";
const PLACED_MOVED: &str = "you moved the table that already lies by the join key";
const ONE_SHARE: &str = "you counted what one node sends, not all of them";

const ASKS: &[&str] = &["broadcast", "shuffle", "cheapest"];
const LAYOUTS: &[&str] = &["apart", "co-partitioned", "replicated", "one-placed"];

impl Family for JoinDataMovement {
    fn name(&self) -> &'static str {
        "join.data-movement"
    }

    fn title(&self) -> &'static str {
        "find the data a distributed join must move"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "the plan, or `cheapest` for the better one", ASKS, ASKS)
                    .graded_words([
                        &["broadcast", "shuffle"],
                        &["broadcast", "shuffle", "cheapest", "cheapest"],
                        &["cheapest"],
                    ]),
                Parameter::word(
                    "layout",
                    "how the tables lie, where the cheapest plan is asked",
                    LAYOUTS,
                    LAYOUTS,
                )
                .graded_words([
                    &["apart"],
                    &["apart", "apart", "apart", "co-partitioned", "replicated"],
                    &[
                        "apart",
                        "apart",
                        "one-placed",
                        "one-placed",
                        "one-placed",
                        "co-partitioned",
                        "replicated",
                    ],
                ]),
                Parameter::integer("nodes", "nodes of the cluster", (2, 50), &[4, 5, 8, 10, 16, 20]),
                Parameter::integer("large", "size of the larger table in GB; 0 draws it", (0, 10_000), &[0]),
                Parameter::integer("small", "size of the smaller table in GB; 0 draws it", (0, 10_000), &[0]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[OWN_COPY, ALL_SHUFFLED, BROADCAST_LARGE, OTHER_PLAN, NEEDLESS, PLACED_MOVED, ONE_SHARE]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let layout = if asks == "cheapest" { with.word("layout") } else { "apart" };
        let n = with.count("nodes");
        let (large, small) = draw_sizes(with, draw, n, difficulty);
        // Which table is the large one, so that "the first" is no clue.
        let [(r, s), big] = if draw.coin() { [(large, small), (0, 1)] } else { [(small, large), (1, 0)] };
        let names = draw.pick(&[["orders", "customers"], ["clicks", "users"], ["sales", "products"]]);
        let (l, k) = (names[big.0], names[big.1]);
        let broadcast = ((n - 1) * small) as f64;
        let share = |size: usize| (n - 1) as f64 * size as f64 / n as f64;
        let both = share(large + small);
        let key = "the join key";
        let placed_large = draw.chance(2, 3);
        let lies = match layout {
            "co-partitioned" => format!(
                "Both tables are hash-partitioned on {key} with the same hash function over the same {n} nodes."
            ),
            "replicated" => format!(
                "`{k}` is replicated in full on every node; `{l}` is spread evenly over the nodes, not by {key}."
            ),
            "one-placed" => format!(
                "`{}` is hash-partitioned on {key} over the {n} nodes; `{}` is spread evenly, but not by {key}.",
                if placed_large { l } else { k },
                if placed_large { k } else { l }
            ),
            _ => format!("Both are spread evenly over the nodes, neither of them by {key}."),
        };
        let ask = match asks {
            "broadcast" => format!(
                "The plan broadcasts `{k}`: every node gets all of it, and `{l}` stays where it is. How many GB cross the \
                 network?"
            ),
            "shuffle" => format!(
                "The plan shuffles both tables by a hash of {key}, which spreads rows evenly. How many GB cross the network?"
            ),
            _ => "The join may broadcast one table, or shuffle (by a hash that spreads rows evenly) whatever does not lie \
                  as needed. How many GB cross the network at least?"
                .to_owned(),
        };
        let prompt = format!(
            "A cluster of **{n} nodes** joins `{}` (**{r} GB**) with `{}` (**{s} GB**) on equal keys. {lies} {ask} Count only \
             data that goes from one node to another; sizes are as given, without compression, 1 decimal.",
            names[0], names[1]
        );
        let values = json!({
            "asks": asks, "layout": layout, "nodes": n, "large": large, "small": small,
            "placed": if placed_large { "large" } else { "small" },
        });
        let free = if placed_large { small } else { large };
        let (right, solution) = match (asks, layout) {
            ("broadcast", _) => (broadcast, told_broadcast(n, k, small)),
            ("shuffle", _) => (both, told_shuffle(n, &format!("{large} + {small}"), large + small)),
            (_, "co-partitioned") => {
                (0.0, "Rows with equal keys lie on the same node already: each node joins its parts, nothing moves.".to_owned())
            }
            (_, "replicated") => {
                (0.0, format!("Each node joins its part of `{l}` with its own copy of `{k}`: nothing moves."))
            }
            (_, "one-placed") => {
                let one = share(free);
                let least = one.min(broadcast);
                let solution = format!(
                    "Only the table that does not lie by the key has to be shuffled. {} {} The lesser is {} GB.",
                    told_shuffle(n, &free.to_string(), free),
                    told_broadcast(n, k, small),
                    gb(least)
                );
                (least, solution)
            }
            _ => {
                let least = both.min(broadcast);
                let solution = format!(
                    "{} {} The lesser is {} GB.",
                    told_broadcast(n, k, small),
                    told_shuffle(n, &format!("{large} + {small}"), large + small),
                    gb(least)
                );
                (least, solution)
            }
        };
        let instance = Instance::new(prompt, answer::rounded(right, "GB", 1), solution, values);
        match (asks, layout) {
            ("broadcast", _) => instance
                .mistake((n * small) as f64, OWN_COPY)
                .mistake(((n - 1) * large) as f64, BROADCAST_LARGE)
                .mistake(share(small), ONE_SHARE),
            ("shuffle", _) => instance
                .mistake((large + small) as f64, ALL_SHUFFLED)
                .mistake(both / n as f64, ONE_SHARE)
                .mistake(broadcast, OTHER_PLAN),
            (_, "co-partitioned" | "replicated") => {
                instance.mistake(both.min(broadcast), NEEDLESS).mistake(both.max(broadcast), NEEDLESS)
            }
            (_, "one-placed") => instance
                .mistake(both, PLACED_MOVED)
                .mistake(if share(free) < broadcast { broadcast } else { share(free) }, OTHER_PLAN)
                .mistake(free as f64, ALL_SHUFFLED),
            _ => instance
                .mistake(both.max(broadcast), OTHER_PLAN)
                .mistake((n * small) as f64, OWN_COPY)
                .mistake((large + small) as f64, ALL_SHUFFLED),
        }
    }
}

fn draw_sizes(with: &Chosen, draw: &mut Draw, n: usize, difficulty: Difficulty) -> (usize, usize) {
    let (large, small) = (with.count("large"), with.count("small"));
    if large > 0 && small > 0 {
        return (large.max(small), large.min(small));
    }
    // Broadcast wins where small · n < large + small: both sides of that limit are drawn about as often.
    let drawn = if large > 0 { large } else { 10 * draw.range(5, difficulty.of([30, 60, 90])) };
    let limit = (drawn / (n - 1)).max(2);
    let other = if draw.coin() {
        draw.range((limit / 3).max(1), limit - 1)
    } else {
        draw.range((limit + 1).min(drawn - 1), (limit * 3).min(drawn - 1))
    };
    (drawn, if small > 0 { small } else { other })
}

fn gb(value: f64) -> String {
    number((value * 10.0).round() / 10.0)
}

fn told_broadcast(n: usize, table: &str, size: usize) -> String {
    format!(
        "Broadcast: each node lacks what the other {} hold of `{table}`, in all ({n} − 1) · {size} = {} GB.",
        n - 1,
        (n - 1) * size
    )
}

fn told_shuffle(n: usize, sum: &str, size: usize) -> String {
    format!(
        "Shuffle: {} in {n} rows belong on another node, ({n} − 1)/{n} · ({sum}) = {} GB.",
        n - 1,
        gb((n - 1) as f64 * size as f64 / n as f64)
    )
}

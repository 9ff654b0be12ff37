//! Laws of the linter: it never fails, its places lie within the text, and its findings do not depend on chance.

use proptest::prelude::*;

use super::*;
use crate::deck::parse;

fn piece() -> impl Strategy<Value = String> {
    let fixed = [
        "\nQ: ",
        "\nA: ",
        "\nC: ",
        "\nT: ",
        "\nD: ",
        "\nType: ",
        "\nNumber: 5 ms",
        "\nOrder:\n1. a\n2. b\n3. c\n",
        "\nA:\n- [x] ",
        "\n- [ ] ",
        "\n  ",
        "\nTags: ",
        "\nSource: ",
        "\nWhy: ",
        "\nConfuses: a",
        "\nProblem: quorum.faults",
        "\n<!-- id: a -->",
        "\n<!-- lint: allow L2 so -->",
        "<!-- x -->",
        "\n\n",
        " [",
        "] ",
        "`",
        "**",
        "_",
        "$",
        "$$",
        "![",
        "](",
        ")",
        "\\[",
        "```\n",
        "\n```\n",
        "?",
        ". ",
        "...",
        "…",
        "; ",
        ", ",
        " and ",
        " or ",
        " it ",
        "the paper",
        "why",
        " A ",
        "Raft 2.8",
        "e.g. ",
        "as of 2024",
        "N/2",
        "µs",
        "5–10",
        "ﬁ",
        "e\u{301}",
        "\u{301}",
        "多数",
        "\u{a0}",
        "’s",
        "\r\n",
        "\t",
        "---\nlevel = \"beginner\"\nrequires = [\"t\", \"u\"]\n---\n",
    ];
    prop_oneof![4 => proptest::sample::select(fixed.to_vec()).prop_map(str::to_owned), 2 => "[a-z]{1,6} ", 1 => "\\PC{0,4}"]
}

proptest! {
    #[test]
    fn any_text_is_judged_and_every_place_lies_in_it(pieces in prop::collection::vec(piece(), 0..60)) {
        let source = SourceText::new("t.md", pieces.concat());
        let parsed = parse(&source);
        let mut found = deck(&source, &parsed, &Options::default());
        prop_assert_eq!(&found, &deck(&source, &parsed, &Options::default()));
        let other = SourceText::new("u.md", source.text.clone());
        let other_parsed = parse(&other);
        let together = collection(&[(&source, &parsed), (&other, &other_parsed)]);
        prop_assert_eq!(&together, &collection(&[(&source, &parsed), (&other, &other_parsed)]));
        found.extend(together.into_iter().map(|(_, each)| each));
        for each in found {
            let places = std::iter::once(each.span).chain(each.related.iter().map(|label| label.span));
            for span in places {
                prop_assert!(source.text.get(span.start..span.end).is_some(), "{} {span:?}", each.code);
            }
            prop_assert!(rule(each.code).is_some());
        }
    }
}

//! Any bytes as a deck: nothing panics, every span lies in the text, a block read alone gives the same cards, and the
//! canonical form says the same and stays as it is.
//!
//! On stable Rust, without cargo-fuzz, coverage comes from the compiler's own flags; in this folder:
//!
//! ```text
//! RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
//!   -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
//!   -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing" \
//!   cargo build --release --target x86_64-unknown-linux-gnu
//! mkdir -p corpus/deck
//! target/x86_64-unknown-linux-gnu/release/deck -runs=10000000 -max_len=256 -dict=deck.dict corpus/deck seeds/deck
//! ```

#![no_main]

use libfuzzer_sys::fuzz_target;
use retain::card::Dialect;
use retain::deck::{compat, format, parse_as, parse_block};
use retain::source::{SourceText, Span};
use retain::view::check::Drawing;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let source = SourceText::new("t.md", text.as_ref());
    // The length draws one dialect, or the comparison of all: each execution stays cheap, and the fuzzer that changes
    // a length by one meets the other.
    let draw = bytes.len() % 4;
    if draw == 3 {
        let _ = compat::portable(&source);
    }
    for dialect in Dialect::ALL.into_iter().skip(draw).take(1) {
        let parsed = parse_as(&source, Some(dialect));
        let inside = |span: Span| text.get(span.start..span.end).is_some();
        for diagnostic in &parsed.diagnostics {
            assert!(inside(diagnostic.span), "{diagnostic:?}");
            assert!(diagnostic.fix.as_ref().is_none_or(|fix| inside(fix.span)), "{diagnostic:?}");
        }
        // Drawing is slow and has its own property test: a sixteenth of the inputs is enough.
        if bytes.len() % 16 == 0
            && let Some(diagnostic) = parsed.diagnostics.last()
        {
            let _ = Drawing::new(&source).text(diagnostic, false, 80);
        }
        for block in parsed.blocks.iter().filter(|block| !block.cards.is_empty()) {
            assert!(inside(block.span), "{block:?}");
            let alone = parse_block(&parsed.head, &text[block.span.start..block.span.end]).expect("a block");
            // Of two equal cards, the other tools drop the second, wherever it stands.
            let same = alone.cards.len() == block.cards.len();
            assert!(same || dialect != Dialect::Retain, "{block:?}");
            for card in &block.cards {
                let one = alone.cards.iter().find(|one| one.key == card.key).expect("the same key");
                assert_eq!(
                    &retain::card::Card { span: one.span.shift(block.span.start), ..one.clone() },
                    card
                );
                let _ = card.kind.title();
            }
        }
        if dialect == Dialect::Retain {
            let canonical = format::format(&source, &parsed);
            let again_source = SourceText::new("t.md", canonical.as_str());
            let again = parse_as(&again_source, Some(dialect));
            assert!(format::says_the_same(&parsed, &again), "{canonical:?}");
            assert_eq!(format::format(&again_source, &again), canonical);
        }
    }
});

//! Feeds the generator with texts that nobody would write. `fuzz/README.md` says how to run it.

mod pages;
mod spec;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use feishu_openapi_tests::mutate::Random;

/// What is fed.
trait Target {
    /// A new input, from those that are worth changing.
    fn mutate(&self, corpus: &[String], random: &mut Random) -> String;
    /// Runs it. Says what came out, in few words: inputs with new outcomes are worth changing further.
    fn run(&self, input: &str) -> Vec<String>;
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let finds = match arguments.first().map(String::as_str) {
        Some("spec") => start(spec::target(), rest),
        Some("pages") => start(pages::target(), rest),
        _ => {
            eprintln!("usage: cargo run --release -- (spec | pages) [MINUTES [SEED] | FILE]");
            std::process::exit(2);
        }
    };
    std::process::exit(i32::from(finds > 0));
}

/// Runs one input, or many for some minutes.
fn start((target, seeds): (impl Target, Vec<String>), arguments: &[String]) -> usize {
    let first = arguments.first().map_or("30", String::as_str);
    if let Ok(text) = std::fs::read_to_string(first) {
        println!("{:#?}", target.run(&text));
        return 0;
    }
    let minutes: f64 = first.parse().unwrap_or(30.0);
    let seed = arguments.get(1).and_then(|seed| seed.parse().ok()).unwrap_or_else(seed_of_now);
    fuzz(&target, seeds, Duration::from_secs_f64(minutes * 60.0), seed)
}

fn seed_of_now() -> u64 {
    std::time::UNIX_EPOCH.elapsed().map_or(0, |elapsed| elapsed.as_nanos() as u64)
}

/// An input that takes longer than this counts as a find.
const TOO_LONG: Duration = Duration::from_secs(2);

/// Runs a target for some time; panics and hangs are written to `finds/`.
fn fuzz(target: &impl Target, mut corpus: Vec<String>, time: Duration, seed: u64) -> usize {
    let (started, mut random) = (Instant::now(), Random(seed));
    let (mut runs, mut finds, mut slowest, mut reported) = (0_u64, 0, Duration::ZERO, Instant::now());
    let mut known = std::collections::HashSet::new();
    println!("seed {seed}, {} seeds", corpus.len());
    while started.elapsed() < time {
        let input = target.mutate(&corpus, &mut random);
        let began = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| target.run(&input)));
        let took = match began.elapsed() {
            // A busy machine makes any input look slow once.
            took if took > TOO_LONG && outcome.is_ok() => took.min(again(target, &input)),
            took => took,
        };
        runs += 1;
        slowest = slowest.max(took);
        match outcome {
            Ok(outcome) if took < TOO_LONG => {
                let before = known.len();
                known.extend(outcome);
                // Long inputs are slow; what they teach, short ones teach as well.
                if known.len() > before && input.len() < 200_000 {
                    corpus.push(input);
                }
            }
            Ok(_) => finds += keep(&input, &format!("slow-{runs}"), took),
            Err(_) => finds += keep(&input, &format!("panic-{runs}"), took),
        }
        if reported.elapsed() > Duration::from_secs(60) {
            reported = Instant::now();
            status(started, runs, &corpus, known.len(), finds, slowest);
        }
    }
    status(started, runs, &corpus, known.len(), finds, slowest);
    finds
}

/// The better of two more runs.
fn again(target: &impl Target, input: &str) -> Duration {
    let run = || {
        let began = Instant::now();
        let _ = catch_unwind(AssertUnwindSafe(|| target.run(input)));
        began.elapsed()
    };
    run().min(run())
}

fn status(started: Instant, runs: u64, corpus: &[String], outcomes: usize, finds: usize, slowest: Duration) {
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    let inputs = corpus.len();
    println!("{minutes:.1} min, {runs} runs, {inputs} inputs, {outcomes} outcomes, {finds} finds, slowest {slowest:?}");
}

fn keep(input: &str, name: &str, took: Duration) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("finds");
    let path = folder.join(name);
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&path, input));
    println!(
        "find: {} after {took:?} {}",
        path.display(),
        written.err().map_or(String::new(), |error| error.to_string())
    );
    1
}

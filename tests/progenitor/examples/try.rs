use feishu_openapi_second_reader::*;
fn main() {
    for v in ["v1","v2"] {
        let text = std::fs::read_to_string(format!("/tmp/bb/task-{v}.json")).unwrap();
        let mut doc: serde_json::Value = serde_json::from_str(&text).unwrap();
        let s = strip::strip(&mut doc);
        println!("{v} stripped {:?}", s.operations);
        for (name, style) in [("positional",progenitor_impl::InterfaceStyle::Positional), ("builder",progenitor_impl::InterfaceStyle::Builder)] {
            let t = std::time::Instant::now();
            match generate::generate(&doc, style) {
                Ok(text) => { println!("{name} ok {} lines {:?}", text.lines().count(), t.elapsed()); std::fs::write(format!("/tmp/bb/{v}_{name}.rs"), text).unwrap(); }
                Err(e) => println!("{name} {e}"),
            }
        }
    }
}

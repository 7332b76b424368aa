fn main() {
    let suite = fineprint::project::suite("specs".as_ref(), "cases".as_ref());
    match suite {
        Ok(suite) => {
            for s in &suite.stale {
                fineprint::project::freshen(s).unwrap();
            }
            println!("{} cases", suite.cases.len());
        }
        Err(f) => {
            for f in f {
                println!("{}\n", f.render(false));
            }
        }
    }
}

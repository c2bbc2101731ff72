//! Which operations progenitor refuses, and why: what must be stripped, and what it costs.

use feishu_openapi_second_reader::second::REFUSED;

#[test]
fn progenitor_refuses_what_it_refused_before() {
    insta::with_settings!({ snapshot_path => ".", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("refused", REFUSED);
    });
}

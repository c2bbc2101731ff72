//! Proxies that the environment asks for, in a process with such an environment.

use std::env;
use std::process::Command;

use feishu_openapi_runtime::{ClientBuilder, Core, Method, RetryPolicy};

const VARIABLES: [&str; 8] =
    ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

/// What a client with this environment says about a call.
fn told(variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["proxies::a_client_makes_one_call", "--exact", "--ignored", "--nocapture"]);
    for name in VARIABLES {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().copied()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
#[ignore = "the other tests start it in a process of its own"]
async fn a_client_makes_one_call() {
    let client = ClientBuilder::new().custom_app("cli_app", "the-app-secret").retry(RetryPolicy::never());
    let result = match client.build() {
        Ok::<Core, _>(core) => core.request(Method::Get, "/open-apis/x").raw().await.map(|_| ()),
        Err(error) => Err(error),
    };
    println!("{result:?}");
    println!("{}", result.unwrap_err());
}

#[test]
fn an_error_names_the_proxy_of_the_environment_without_its_password() {
    let told = told(&[("HTTPS_PROXY", "http://user:the-password@127.0.0.1:1/")]);
    let expected = "no connection: https://open.feishu.cn was not reached through the proxy 127.0.0.1:1 of the environment: Connection refused";
    assert!(told.contains(expected) && !told.contains("the-password"), "{told}");
}

#[test]
fn a_client_is_not_built_past_a_proxy_that_is_none() {
    for (name, value) in [("HTTPS_PROXY", "::the-password:"), ("all_proxy", "socks6://user:the-password@host")] {
        let told = told(&[(name, value)]);
        let expected = format!("the variable {name} is not the address of a proxy");
        assert!(told.contains(&expected) && !told.contains("the-password"), "{told}");
    }
}

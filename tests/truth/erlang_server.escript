#!/usr/bin/env escript
%% A server with Erlang's own TLS: erlang_server.escript ADDRESS, then PORT VERSIONS SUITES ORDER KIND CERT KEY for
%% each; VERSIONS by commas ("tlsv1.2"), SUITES "all" (all that the versions know) or "default" or "anonymous", ORDER
%% server or client. What Erlang says of its suites is printed, one line for each port and version: PORT VERSION SUITES.
-mode(compile).

main([Address | Rest]) ->
    {ok, _} = application:ensure_all_started(ssl),
    logger:set_primary_config(level, none),
    {ok, At} = inet:parse_address(Address),
    start(At, Rest),
    io:format("ready~n"),
    receive stop -> ok end.

start(_, []) -> ok;
start(At, [Port, Versions, Suites, Order, Cert, Key | Rest]) ->
    Named = [list_to_atom(V) || V <- string:tokens(Versions, ",")],
    Lists = [{V, ssl:filter_cipher_suites(list(Suites, V), [])} || V <- Named],
    All = lists:foldl(fun({_, L}, Sum) -> Sum ++ [S || S <- L, not lists:member(S, Sum)] end, [], Lists),
    {ok, Listener} = ssl:listen(list_to_integer(Port),
        [{ip, At}, {reuseaddr, true}, {backlog, 64}, {versions, Named}, {ciphers, All}, {certfile, Cert}, {keyfile, Key},
         {honor_cipher_order, Order =:= "server"}]),
    [io:format("~s ~s ~s~n", [Port, V, string:join([ssl:suite_to_str(S) || S <- All, lists:member(S, L)], ",")])
     || {V, L} <- Lists],
    spawn(fun() -> accept(Listener) end),
    start(At, Rest).

list("all", 'tlsv1.3') -> ssl:cipher_suites(default, 'tlsv1.3');
list("all", Version) -> ssl:cipher_suites(all, Version);
list("anonymous", Version) -> ssl:cipher_suites(anonymous, Version);
list("default", Version) -> ssl:cipher_suites(default, Version).

accept(Listener) ->
    case ssl:transport_accept(Listener) of
        {ok, Socket} ->
            Pid = spawn(fun() -> receive go -> catch ssl:handshake(Socket, 10000), catch ssl:close(Socket) end end),
            ssl:controlling_process(Socket, Pid),
            Pid ! go,
            accept(Listener);
        _ -> accept(Listener)
    end.

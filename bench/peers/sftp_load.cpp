// Puts load on an SFTP server: sftp_load VERB --port ... (--help has the rest). How it paces
// itself, and what it prints, is measurement.hpp's.
#include <libssh/libssh.h>
#include <malloc.h>

#include <CLI/CLI.hpp>
#include <map>

#include "bench/peers/sftp_transfers.hpp"

namespace consign::bench {

namespace {

using Make = std::unique_ptr<Worker> (*)(const Server&, const Load&, std::size_t);

struct Kind {
    const char* verb;
    const char* what;
    Make make;
};

constexpr Kind kinds[] = {
    {"put", "One large file up, in each session", put_worker},
    {"get", "One large file down, in each session", get_worker},
    {"small", "Many small files up", small_files_worker},
    {"list", "The names of one folder", list_worker},
    {"remove", "One file, in each session, goes", remove_worker},
    {"mkdir", "One folder", make_folder_worker},
    {"login", "Sessions come and go; --files of them", login_worker},
    {"idle", "Sessions stay, and do nothing; --files of them, over --sessions threads",
     idle_worker},
};

void describe(CLI::App& app, Server& server, Load& load) {
    app.add_option("--host", server.host);
    app.add_option("--port", server.port)->required();
    app.add_option("--user", server.user)->required();
    app.add_option("--key", server.key, "File of a private Ed25519 key")->required();
    app.add_option("--cipher", server.cipher)->required();
    app.add_option("--folder", load.folder, "On the server");
    app.add_option("--name", load.name);
    app.add_option("--bytes", load.bytes, "Of each file");
    app.add_option("--block", load.block_bytes, "Of a READ or WRITE; 0: what the server offers");
    app.add_option("--in-flight", load.in_flight, "Requests, or small files, at once");
    app.add_option("--files", load.files, "Of all sessions together");
    app.add_option("--sessions", load.sessions);
    app.add_option("--files-per-folder", load.files_per_folder);
    app.add_flag("--sync", load.sync, "fsync@openssh.com before each CLOSE");
}

int run(int argc, char** argv) {
    CLI::App app("Puts load on an SFTP server");
    app.require_subcommand(1);
    Server server;
    Load load;
    Make make = nullptr;
    for (const Kind& kind : kinds) {
        CLI::App* const verb = app.add_subcommand(kind.verb, kind.what);
        describe(*verb, server, load);
        verb->callback([&make, &kind] { make = kind.make; });
    }
    CLI11_PARSE(app, argc, argv);
    return run_workers(load.sessions, [&](std::size_t index) { return make(server, load, index); });
}

}  // namespace

}  // namespace consign::bench

int main(int argc, char** argv) {
    // libssh allocates each packet anew: what it frees stays, rather than being faulted in again.
    mallopt(M_MMAP_THRESHOLD, 64 << 20);
    mallopt(M_TRIM_THRESHOLD, 256 << 20);
    ssh_init();
    return consign::bench::run(argc, argv);
}

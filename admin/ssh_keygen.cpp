#include "admin/ssh_keygen.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <vector>

namespace consign::admin {

namespace {

constexpr const char* program = "/usr/bin/ssh-keygen";

/// Its exit status, or nothing where it did not run; standard input is empty, so that it cannot
/// ask.
Outcome<int> run(std::vector<std::string> words) {
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions{};
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    pid_t child = 0;
    const int spawned =
        ::posix_spawn(&child, program, &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (spawned != 0)
        return failed(fmt::format("{}: {}; install openssh-client", program,
                                  std::generic_category().message(spawned)));
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

Outcome<> generate_host_key(HostKeyType type, const std::filesystem::path& file) {
    std::vector<std::string> words{program, "-q", "-N", "", "-C", "", "-f", file.string()};
    if (type == HostKeyType::ed25519)
        words.insert(words.end(), {"-t", "ed25519"});
    else if (type == HostKeyType::ecdsa)
        words.insert(words.end(), {"-t", "ecdsa", "-b", "256"});
    else
        words.insert(words.end(), {"-t", "rsa", "-b", "3072", "-m", "PEM"});
    const auto status = run(std::move(words));
    if (!status) return std::unexpected(status.error());
    if (*status != 0)
        return failed(
            fmt::format("{} made no key {} (exit status {}); its own message stands above", program,
                        file.string(), *status));
    return {};
}

}  // namespace consign::admin

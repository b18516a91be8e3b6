// Logs in to 127.0.0.1 many times over and stays: ssh_idle_client PORT COUNT PASSWORD. Prints a
// line when all are in, and leaves when its standard input ends.
#include <libssh/libssh.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const unsigned port = static_cast<unsigned>(std::atoi(argv[1]));
    std::vector<ssh_session> sessions;
    for (int i = 0; i < std::atoi(argv[2]); ++i) {
        const ssh_session session = ssh_new();
        const bool no = false;
        ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &no);
        ssh_options_set(session, SSH_OPTIONS_HOST, "127.0.0.1");
        ssh_options_set(session, SSH_OPTIONS_PORT, &port);
        ssh_options_set(session, SSH_OPTIONS_USER, "echo");
        char byte = 'x';
        const ssh_channel channel =
            ssh_connect(session) == SSH_OK &&
                    ssh_userauth_password(session, nullptr, argv[3]) == SSH_AUTH_SUCCESS
                ? ssh_channel_new(session)
                : nullptr;
        if (channel == nullptr || ssh_channel_open_session(channel) != SSH_OK ||
            ssh_channel_request_sftp(channel) != SSH_OK ||
            ssh_channel_write(channel, &byte, 1) != 1 ||
            ssh_channel_read(channel, &byte, 1, 0) != 1)
            return 1;
        sessions.push_back(session);
    }
    std::puts("all in");
    std::fflush(stdout);
    const bool told_to_leave = std::getchar() == EOF;
    for (const ssh_session session : sessions) {
        ssh_disconnect(session);
        ssh_free(session);
    }
    return told_to_leave ? 0 : 1;
}

#include "protocols/sftp/ssh_algorithms.hpp"

namespace consign::ssh {

namespace {

const AlgorithmLists modern{
    .key_exchange =
        "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,"
        "ecdh-sha2-nistp384",
    .ciphers =
        "aes256-gcm@openssh.com,aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,"
        "aes256-ctr,aes128-ctr",
    .macs = "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com",
    .host_key_signatures =
        "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,"
        "ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256",
    .user_signatures =
        "ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,"
        "ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
        "sk-ecdsa-sha2-nistp256@openssh.com,rsa-sha2-512,rsa-sha2-256",
};

AlgorithmLists with(AlgorithmLists lists, const AlgorithmLists& more) {
    lists.key_exchange += more.key_exchange;
    lists.ciphers += more.ciphers;
    lists.macs += more.macs;
    lists.host_key_signatures += more.host_key_signatures;
    lists.user_signatures += more.user_signatures;
    return lists;
}

const AlgorithmLists compatible = with(modern, {
                                                   .key_exchange = ",ecdh-sha2-nistp521,"
                                                                   "diffie-hellman-group14-sha256",
                                                   .ciphers = ",aes192-ctr",
                                                   .macs = ",hmac-sha2-256,hmac-sha2-512",
                                                   .host_key_signatures = "",
                                                   .user_signatures = "",
                                               });

const AlgorithmLists legacy = with(compatible, {
                                                   .key_exchange = ",diffie-hellman-group14-sha1,"
                                                                   "diffie-hellman-group1-sha1",
                                                   .ciphers = ",aes128-cbc,3des-cbc",
                                                   .macs = ",hmac-sha1",
                                                   .host_key_signatures = ",ssh-rsa",
                                                   .user_signatures = ",ssh-rsa",
                                               });

}  // namespace

AlgorithmLists algorithms_of(AlgorithmProfile profile) {
    switch (profile) {
        case AlgorithmProfile::modern:
            return modern;
        case AlgorithmProfile::compatible:
            return compatible;
        case AlgorithmProfile::legacy:
            return legacy;
    }
    return modern;
}

}  // namespace consign::ssh

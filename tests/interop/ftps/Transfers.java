import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Arrays;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPReply;
import org.apache.commons.net.ftp.FTPSClient;

/**
 * What a laboratory's Java program does with commons-net: it brings every file of a folder, lists and fetches them,
 * goes on with one, renames and removes one. The reply that ends it early goes to its error output.
 *
 * Arguments: explicit|implicit reuse|anew VERSION PORT USER PASSWORD AUTHORITY.pem UP DOWN REMOTE
 */
public final class Transfers {
    private static final int RESUMED_AT = 1000;

    private static void require(boolean done, FTPSClient client, String what) throws IOException {
        if (!done) {
            throw new IOException(what + ": " + client.getReplyString().trim());
        }
    }

    private static SSLContext trusting(String authority) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        CertificateFactory certificates = CertificateFactory.getInstance("X.509");
        try (InputStream certificate = new FileInputStream(authority)) {
            store.setCertificateEntry("authority", certificates.generateCertificate(certificate));
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }

    /** commons-net has no way to resume: what programs do instead is to enter the session under the data port. */
    private static final class Resuming extends FTPSClient {
        Resuming(boolean implicit, SSLContext context) {
            super(implicit, context);
        }

        @Override
        protected void _prepareDataSocket_(Socket socket) throws IOException {
            if (!(socket instanceof SSLSocket)) {
                return;
            }
            SSLSession session = ((SSLSocket) _socket_).getSession();
            SSLSessionContext sessions = session.getSessionContext();
            try {
                Field field = sessions.getClass().getDeclaredField("sessionHostPortCache");
                field.setAccessible(true);
                Object cache = field.get(sessions);
                Method put = cache.getClass().getDeclaredMethod("put", Object.class, Object.class);
                put.setAccessible(true);
                InetAddress server = socket.getInetAddress();
                for (String host : new String[] {server.getHostName(), server.getHostAddress()}) {
                    put.invoke(cache, (host + ":" + socket.getPort()).toLowerCase(Locale.ROOT), session);
                }
            } catch (ReflectiveOperationException failure) {
                throw new IOException(failure);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        boolean implicit = arguments[0].equals("implicit");
        SSLContext context = trusting(arguments[6]);
        boolean reuse = arguments[1].equals("reuse");
        FTPSClient client = reuse ? new Resuming(implicit, context) : new FTPSClient(implicit, context);
        client.setEnabledProtocols(new String[] {arguments[2]});
        client.setEndpointCheckingEnabled(true);
        client.setControlEncoding("UTF-8");
        client.connect("127.0.0.1", Integer.parseInt(arguments[3]));
        require(FTPReply.isPositiveCompletion(client.getReplyCode()), client, "connect");
        require(client.login(arguments[4], arguments[5]), client, "login");
        client.execPBSZ(0);
        client.execPROT("P");
        client.enterLocalPassiveMode();
        require(client.setFileType(FTP.BINARY_FILE_TYPE), client, "binary");
        require(client.makeDirectory(arguments[9]), client, "mkdir");
        require(client.changeWorkingDirectory(arguments[9]), client, "cd");

        int files = 0;
        try (DirectoryStream<Path> up = Files.newDirectoryStream(Path.of(arguments[7]))) {
            for (Path file : up) {
                String name = file.getFileName().toString();
                try (InputStream content = Files.newInputStream(file)) {
                    require(client.storeFile(name, content), client, "store");
                }
                try (OutputStream content = Files.newOutputStream(Path.of(arguments[8], name))) {
                    require(client.retrieveFile(name, content), client, "retrieve");
                }
                ++files;
            }
        }
        require(client.listFiles().length == files, client, "list");
        require(client.mlistDir().length >= files, client, "mlsd");
        require(client.listNames().length == files, client, "names");

        byte[] whole = new byte[2 * RESUMED_AT];
        Arrays.fill(whole, (byte) 'r');
        require(client.storeFile("resumed", new ByteArrayInputStream(whole, 0, RESUMED_AT)), client, "first half");
        client.setRestartOffset(RESUMED_AT);
        require(client.storeFile("resumed", new ByteArrayInputStream(whole, RESUMED_AT, RESUMED_AT)), client,
                "second half");
        require(client.appendFile("resumed", new ByteArrayInputStream(whole, 0, 1)), client, "append");
        require(client.getSize("resumed").equals(String.valueOf(whole.length + 1)), client, "size");
        require(client.rename("resumed", "renamed"), client, "rename");
        require(client.deleteFile("renamed"), client, "delete");
        require(client.logout(), client, "logout");
        client.disconnect();
    }
}

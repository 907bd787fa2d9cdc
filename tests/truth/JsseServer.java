import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * A server with JSSE: JsseServer STORE ADDRESS ALLOW PORT PROTOCOLS SUITES ORDER ALPN [PORT PROTOCOLS ...], each of
 * them with its own configuration. STORE is a PKCS #12 file whose password is "changeit"; ALLOW is "all" to disable
 * no algorithm; PROTOCOLS, SUITES and ALPN are separated by commas, SUITES may be "default" or "supported"; ORDER is
 * "server" or "client". What JSSE itself says is enabled is printed, one line for each: PORT PROTOCOLS SUITES.
 */
final class JsseServer {
    private static void serve(SSLServerSocket listener) {
        while (true) {
            try {
                SSLSocket socket = (SSLSocket) listener.accept();
                new Thread(() -> handle(socket)).start();
            } catch (IOException e) {
                return;
            }
        }
    }

    private static void handle(SSLSocket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            in.read();
        } catch (IOException e) {
            // the client went away, or nothing could be agreed on: both are what is asked for here
        }
    }

    public static void main(String[] words) throws Exception {
        if (words[2].equals("all")) {
            Security.setProperty("jdk.tls.disabledAlgorithms", "");
            Security.setProperty("jdk.certpath.disabledAlgorithms", "");
            Security.setProperty("jdk.tls.legacyAlgorithms", "");
        }
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(words[0])) {
            store.load(in, password);
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, password);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        for (int i = 3; i < words.length; i += 5) {
            SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(Integer.parseInt(words[i]), 64, InetAddress.getByName(words[1]));
            SSLParameters wanted = listener.getSSLParameters();
            if (!words[i + 1].equals("default")) {
                wanted.setProtocols(words[i + 1].split(","));
            }
            if (words[i + 2].equals("supported")) {
                wanted.setCipherSuites(listener.getSupportedCipherSuites());
            } else if (!words[i + 2].equals("default")) {
                wanted.setCipherSuites(words[i + 2].split(","));
            }
            wanted.setUseCipherSuitesOrder(words[i + 3].equals("server"));
            if (!words[i + 4].isEmpty()) {
                wanted.setApplicationProtocols(words[i + 4].split(","));
            }
            listener.setSSLParameters(wanted);
            System.out.println(words[i] + " " + String.join(",", listener.getEnabledProtocols()) + " "
                + String.join(",", listener.getEnabledCipherSuites()));
            new Thread(() -> serve(listener)).start();
        }
        System.out.println("ready");
    }
}

import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Java's PKIX on every folder below the one given: leaf.pem over others.pem to anchors.pem, at a time in seconds.
 * A folder with a file "server" asks for the usage serverAuth. Revocation is not asked about.
 * Prints one line a folder: its name, a tab, and "ok" or why not.
 */
public final class Chain {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    public static void main(String[] arguments) throws Exception {
        Date now = new Date(Long.parseLong(arguments[1]) * 1000);
        Set<Path> folders = new TreeSet<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(Path.of(arguments[0]))) {
            found.forEach(folders::add);
        }
        for (Path folder : folders) {
            System.out.println(folder.getFileName() + "\t" + judged(folder, now));
        }
    }

    private static String judged(Path folder, Date now) {
        try {
            X509CertSelector target = new X509CertSelector();
            List<X509Certificate> leaf = read(folder.resolve("leaf.pem"));
            List<X509Certificate> others = read(folder.resolve("others.pem"));
            target.setCertificate(leaf.get(0));
            if (Files.exists(folder.resolve("server"))) {
                target.setExtendedKeyUsage(Set.of(SERVER_AUTH));
            }
            Set<TrustAnchor> anchors = new HashSet<>();
            for (X509Certificate one : read(folder.resolve("anchors.pem"))) {
                anchors.add(new TrustAnchor(one, null));
            }
            others.addAll(leaf);
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setDate(now);
            parameters.setRevocationEnabled(false);
            parameters.setMaxPathLength(-1);
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(others)));
            CertPathBuilder.getInstance("PKIX").build(parameters);
            return "ok";
        } catch (Exception refusal) {
            Throwable cause = refusal;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            return String.valueOf(cause.getMessage()).replaceAll("\\s+", " ");
        }
    }

    private static List<X509Certificate> read(Path file) throws Exception {
        List<X509Certificate> found = new ArrayList<>();
        try (InputStream stream = Files.newInputStream(file)) {
            Collection<?> all = CertificateFactory.getInstance("X.509").generateCertificates(stream);
            all.forEach(one -> found.add((X509Certificate) one));
        }
        return found;
    }
}

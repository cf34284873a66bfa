import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/**
 * Holds a deployed version against what Maven Central requires and what its users expect: {@code java CentralRules.java
 * FOLDER PLATFORM…}, the folder being that of the version. Prints every rule that is broken; exits with 1 if one is.
 */
class CentralRules {
    private final Path folder;
    private final List<String> platforms;
    private final String stem;
    private boolean broken;

    private CentralRules(Path folder, List<String> platforms) {
        this.folder = folder;
        this.platforms = platforms;
        stem = folder.getParent().getFileName() + "-" + folder.getFileName();
    }

    public static void main(String[] arguments) throws Exception {
        List<String> platforms = Arrays.asList(arguments).subList(1, arguments.length);
        CentralRules rules = new CentralRules(Path.of(arguments[0]).toAbsolutePath(), platforms);
        if (rules.files()) { // the rest reads them
            rules.sums();
            rules.signatures();
            rules.pom();
            rules.jars();
            rules.sources();
            rules.javadoc();
            rules.billOfMaterials();
        }
        System.exit(rules.broken ? 1 : 0);
    }

    private void require(boolean kept, String rule) {
        if (!kept) {
            System.out.println("BROKEN " + rule);
            broken = true;
        }
    }

    private List<String> artifacts() {
        Stream<String> fixed = Stream.of(
                ".pom", ".jar", "-sources.jar", "-javadoc.jar", "-data.jar", "-cyclonedx.json", "-cyclonedx.xml");
        return Stream.concat(fixed, platforms.stream().map(platform -> "-" + platform + ".jar"))
                .map(end -> stem + end)
                .toList();
    }

    private boolean files() throws IOException {
        Set<String> present;
        try (Stream<Path> list = Files.list(folder)) {
            present = list.map(file -> file.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
        for (String artifact : artifacts()) {
            for (String end : List.of("", ".asc", ".md5", ".sha1")) {
                require(present.remove(artifact + end), artifact + end + " is missing");
            }
        }
        boolean complete = !broken;
        present.removeIf(file -> file.matches(".*\\.asc\\.(md5|sha1)"));
        require(present.isEmpty(), "nobody asked for " + present);
        return complete;
    }

    private void sums() throws Exception {
        try (Stream<Path> list = Files.list(folder)) {
            for (Path file : list.filter(each -> each.toString().matches(".*\\.(md5|sha1)")).toList()) {
                String name = file.getFileName().toString();
                String algorithm = name.endsWith(".md5") ? "MD5" : "SHA-1";
                byte[] of = Files.readAllBytes(folder.resolve(name.substring(0, name.lastIndexOf('.'))));
                require(Files.readString(file).strip().equals(hash(algorithm, of)), name + " is another file's");
            }
        }
    }

    private static String hash(String algorithm, byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes));
    }

    private void signatures() throws Exception {
        for (String artifact : artifacts()) {
            ProcessBuilder gpg = new ProcessBuilder(
                    "gpg", "--batch", "--verify", folder.resolve(artifact + ".asc").toString(),
                    folder.resolve(artifact).toString());
            Process process = gpg.redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            require(process.waitFor() == 0, artifact + ".asc does not sign it: " + output.strip());
        }
    }

    private void pom() throws Exception {
        Document pom = xml(folder.resolve(stem + ".pom"));
        for (String needed : List.of(
                "groupId", "artifactId", "version", "name", "description", "url", "licenses/license/name",
                "licenses/license/url", "developers/developer/name", "developers/developer/organization",
                "developers/developer/organizationUrl", "scm/connection", "scm/developerConnection", "scm/url")) {
            String value = resolved(pom, text(pom, "/project/" + needed));
            require(!value.isBlank(), "the POM has no " + needed);
            require(!value.contains("${"), "the POM's " + needed + " has no value: " + value);
        }
        require(resolved(pom, text(pom, "/project/version")).equals(folder.getFileName().toString()),
                "the POM is of another version");
        for (String wrong : List.of("repositories", "pluginRepositories", "distributionManagement")) {
            require(texts(pom, "/project/" + wrong).isEmpty(), "the POM has " + wrong);
        }
        List<String> versions = new ArrayList<>(texts(pom, "//dependency/version"));
        versions.add(folder.getFileName().toString());
        for (String version : versions) {
            String value = resolved(pom, version);
            require(!value.endsWith("-SNAPSHOT"), value + " is no release");
            require(!value.contains("${"), "a dependency's version has no value: " + value);
        }
        require(texts(pom, "//dependency/systemPath").isEmpty(), "a dependency lies on this machine alone");
    }

    private void jars() throws Exception {
        Map<String, byte[]> library = jar("");
        require(library.containsKey("module-info.class"), "the library has no module-info");
        for (String name : library.keySet()) {
            require(name.matches("META-INF/.*|module-info\\.class|dev/mnistnative/.*"), "the library has " + name);
            require(!name.matches(".*\\.(so|dll|gz)"), "the library has " + name);
        }
        Map<String, byte[]> data = jar("-data");
        long images = data.keySet().stream().filter(name -> name.endsWith(".gz")).count();
        require(images == 4, "the data jar has " + images + " of MNIST's 4 files");
        for (String platform : platforms) {
            natives(platform, jar("-" + platform));
        }
        for (String end : Stream.concat(Stream.of("", "-data"), platforms.stream().map(each -> "-" + each)).toList()) {
            require(jar(end).keySet().containsAll(List.of("META-INF/LICENSE", "META-INF/NOTICE")),
                    stem + end + ".jar has no licence or notice");
        }
    }

    private void natives(String platform, Map<String, byte[]> jar) throws Exception {
        String home = "dev/mnistnative/binding/" + platform + "/";
        Set<String> libraries = jar.keySet().stream()
                .filter(name -> name.matches(".*\\.(so|dll)"))
                .collect(Collectors.toCollection(TreeSet::new));
        require(libraries.size() == 2, platform + " has not 2 libraries but " + libraries);
        for (String line : new String(jar.getOrDefault(home + "libraries.sha256", new byte[0]), StandardCharsets.UTF_8)
                .lines()
                .toList()) {
            String name = home + line.substring(66);
            require(libraries.remove(name), platform + ": libraries.sha256 names " + name);
            require(jar.containsKey(name) && hash("SHA-256", jar.get(name)).equals(line.substring(0, 64)),
                    platform + ": libraries.sha256 has another hash than " + name);
        }
        require(libraries.isEmpty(), platform + ": libraries.sha256 lacks " + libraries);
        require(jar.keySet().stream().noneMatch(name -> name.endsWith(".class")), platform + " has classes");
    }

    /** Both ways: each class has its source, and each source was compiled. */
    private void sources() throws IOException {
        Set<String> compiled = jar("").keySet().stream()
                .filter(name -> name.endsWith(".class"))
                .map(name -> name.replaceAll("(\\$.*)?\\.class$", ".java"))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> written = jar("-sources").keySet().stream()
                .filter(name -> name.endsWith(".java"))
                .collect(Collectors.toCollection(TreeSet::new));
        for (String source : compiled) {
            require(written.contains(source), "the sources lack " + source);
        }
        for (String source : written) {
            require(compiled.contains(source), "the sources have " + source + ", which the library has not");
        }
    }

    /** A page for each exported package, and none for others. */
    private void javadoc() throws IOException {
        byte[] declared = jar("").get("module-info.class");
        if (declared == null) {
            return; // jars() has said so
        }
        ModuleDescriptor module = ModuleDescriptor.read(new ByteArrayInputStream(declared));
        Set<String> exported = module.exports().stream()
                .map(each -> module.name() + "/" + each.source().replace('.', '/') + "/package-summary.html")
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented = jar("-javadoc").keySet().stream()
                .filter(name -> name.endsWith("/package-summary.html"))
                .collect(Collectors.toCollection(TreeSet::new));
        require(documented.equals(exported), "the javadoc has " + documented + " instead of " + exported);
        require(jar("-javadoc").containsKey("index.html"), "the javadoc has no index.html");
    }

    /** What an embedder gets is in the bill of materials, and what only tests use is not. */
    private void billOfMaterials() throws Exception {
        Document pom = xml(folder.resolve(stem + ".pom"));
        Document bill = xml(folder.resolve(stem + "-cyclonedx.xml"));
        Set<String> components = new TreeSet<>(texts(bill, "/bom/components/component/purl"));
        require(text(bill, "/bom/metadata/component/version").equals(folder.getFileName().toString()),
                "the bill of materials is of another version");
        String all = "/project/dependencies/dependency";
        for (int i = 1; i <= texts(pom, all).size(); i++) {
            String one = all + "[" + i + "]/";
            String name = text(pom, one + "groupId") + "/" + text(pom, one + "artifactId") + "@"
                    + resolved(pom, text(pom, one + "version"));
            boolean listed = components.stream().anyMatch(each -> each.startsWith("pkg:maven/" + name + "?"));
            boolean wanted = !text(pom, one + "scope").equals("test");
            require(listed == wanted, "the bill of materials " + (wanted ? "lacks " : "has ") + name);
        }
        String json = Files.readString(folder.resolve(stem + "-cyclonedx.json"));
        for (String component : components) {
            require(json.contains('"' + component + '"'), "the bill of materials in JSON lacks " + component);
        }
    }

    private Map<String, byte[]> jar(String classifier) throws IOException {
        Map<String, byte[]> entries = new TreeMap<>();
        try (InputStream in = Files.newInputStream(folder.resolve(stem + classifier + ".jar"));
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (!entry.isDirectory()) {
                    entries.put(entry.getName(), zip.readAllBytes());
                }
            }
        }
        return entries;
    }

    private static Document xml(Path file) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(file.toFile());
    }

    private static String text(Document document, String path) throws Exception {
        List<String> texts = texts(document, path);
        return texts.isEmpty() ? "" : texts.get(0);
    }

    private static List<String> texts(Document document, String path) throws Exception {
        NodeList nodes = (NodeList)
                XPathFactory.newDefaultInstance().newXPath().evaluate(path, document, XPathConstants.NODESET);
        return IntStream.range(0, nodes.getLength())
                .mapToObj(i -> nodes.item(i).getTextContent().strip())
                .toList();
    }

    private static String resolved(Document pom, String value) throws Exception {
        String result = value.replace("${project.version}", text(pom, "/project/version"));
        for (var names = Pattern.compile("\\$\\{([\\w.]+)}").matcher(value); names.find(); ) {
            String property = text(pom, "/project/properties/" + names.group(1));
            result = property.isEmpty() ? result : result.replace(names.group(), property);
        }
        return result;
    }
}

package dev.mnistnative.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mnistnative.MnistRuntime;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The shape of what is printed; never how fast it was. */
class BenchCommandTest {
    private static final String TINY = "bench --device cpu --threads 1 --seconds 0.4 --layers 784,8,10";

    private static void assertTimes(JsonNode times, int images) {
        assertTrue(times.path("best").asDouble() > 0, times.toString());
        assertTrue(times.path("median").asDouble() >= times.path("best").asDouble(), times.toString());
        assertTrue(times.path("count").asInt() >= 1, times.toString());
        assertEquals(images, times.path("images").asInt());
        double rate = images / times.path("median").asDouble();
        assertEquals(rate, times.path("images_per_second").asDouble(), 1e-6 * rate);
    }

    @Test
    void theTableIsShort() {
        Cli cli = Cli.line(TINY).succeeded();
        List<String> lines = cli.lines();
        assertEquals(6, lines.size(), cli.out());
        assertEquals(
                "784-8-10, batches of 320, adam, MNIST; cpu: "
                        + MnistRuntime.cpu().bestIsa() + ", 1 thread, float32",
                lines.get(0));
        assertTrue(lines.get(1).matches(" +median ms +best ms +images/s"), cli.out());
        String numbers = " +[\\d.]+ +[\\d.]+ +[\\d,]+";
        assertTrue(lines.get(2).matches("step" + numbers), cli.out());
        String orNone = "(" + numbers + "|( +-){3})"; // a slow machine has no time for an epoch
        assertTrue(lines.get(3).matches("epoch of 187 steps" + orNone), cli.out());
        assertTrue(lines.get(4).matches("evaluation of 10,000" + numbers), cli.out());
        assertTrue(lines.get(5).matches("one image" + numbers), cli.out());
        assertTrue(
                cli.err().startsWith("training 784-8-10 on 59840 of 60000 samples: ")
                        && !cli.err().contains("--"),
                cli.err());
    }

    @Test
    void jsonIsOneObject() throws IOException {
        Cli cli = Cli.line(TINY + " --json --batch-size 100 --precision float32 --isa sse4 --optimizer sgd")
                .succeeded();
        assertEquals(1, cli.lines().size());
        JsonNode json = new ObjectMapper().readTree(cli.out());
        assertEquals("[784,8,10]", json.path("layers").toString());
        assertEquals(100, json.path("batch_size").asInt());
        assertEquals("sgd", json.path("optimizer").asText());
        assertEquals("MNIST", json.path("samples").asText());
        assertEquals("cpu", json.path("device").asText());
        assertEquals("sse4", json.path("isa").asText());
        assertEquals(1, json.path("threads").asInt());
        assertEquals("float32", json.path("precision").asText());
        assertEquals(MnistRuntime.version(), json.path("version").asText());
        assertTimes(json.path("step"), 100);
        if (!json.path("epoch").isNull()) { // a slow machine has no time for it
            assertTimes(json.path("epoch"), 60_000);
        }
        assertTimes(json.path("evaluation"), 10_000);
        assertTimes(json.path("one_image"), 1);
    }

    @Test
    void anyShapeIsTimedAndAnEpochThatIsTooLongIsLeftOut() throws IOException {
        Cli cli = Cli.line("bench --device cpu --threads 1 --seconds 0.000001 --layers 900,512,3")
                .succeeded();
        assertTrue(cli.out().contains("made-up pixels"), cli.out());
        assertTrue(cli.lines().get(3).matches("epoch of 163 steps( +-){3}"), cli.out());
        assertTrue(cli.err().contains("give more --seconds"), cli.err());
        JsonNode json = new ObjectMapper()
                .readTree(Cli.line(TINY.replace("0.4", "0.000001").replace("784,8", "784,512") + " --dense --json")
                        .succeeded()
                        .out());
        assertEquals("made-up pixels", json.path("samples").asText());
        assertTrue(json.path("epoch").isNull(), json.toString());
    }

    @Test
    void whatCannotBeTimedIsRefused() {
        Cli.line(TINY.replace("0.4", "0")).failed(ExitCode.USAGE, "seconds is 0.0");
        Cli.line(TINY.replace("0.4", "NaN")).failed(ExitCode.USAGE, "seconds is NaN");
        Cli.line(TINY + " --batch-size 70000").failed(ExitCode.USAGE, "70000");
        Cli.line(TINY + " --momentum 0.9").failed(ExitCode.USAGE, "--momentum has no meaning for the optimizer adam");
        Cli.line(TINY + " --optimizer sgd --lr 1e30").failed(ExitCode.FAILED, "epoch 1, step ");
        Cli.line(TINY + " --isa mmx").failed(ExitCode.FAILED, "mmx");
    }
}

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Plays calls of gRPC step by step, and tells what came of them: {@code java GrpcClient PORT COPIES < STEPS > OUTCOMES}. The
 * steps are those of {@code python/grpc_client.py}.
 */
public final class GrpcClient {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new MethodDescriptor.Marshaller<>() {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException error) {
        throw new IllegalStateException(error);
      }
    }
  };

  /** A call whose events wait until they are asked for. */
  private static final class Call extends ClientCall.Listener<byte[]> {
    private final ClientCall<byte[], byte[]> call;
    /** Messages, and null's stand-in where there will be no more. */
    private final BlockingQueue<byte[]> messages = new LinkedBlockingQueue<>();
    private static final byte[] END = new byte[0];
    private volatile Metadata headers = new Metadata();
    private volatile Metadata trailers = new Metadata();
    private volatile Status status;

    Call(Channel channel, MethodType type, String path, Metadata metadata, CallOptions options) {
      MethodDescriptor<byte[], byte[]> method = MethodDescriptor.newBuilder(BYTES, BYTES)
          .setType(type).setFullMethodName(path.substring(1)).build();
      call = channel.newCall(method, options);
      call.start(this, metadata);
    }

    @Override
    public void onHeaders(Metadata received) {
      headers = received;
    }

    @Override
    public void onMessage(byte[] message) {
      messages.add(message);
    }

    @Override
    public void onClose(Status closed, Metadata received) {
      trailers = received;
      status = closed;
      messages.add(END);
    }

    String receive() throws Exception {
      call.request(1);
      byte[] message = messages.take();
      if (message == END) {
        messages.add(END);
        return "nothing";
      }
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(message);
      return "message " + message.length + " " + HexFormat.of().formatHex(hash);
    }

    void end(List<String> told) throws InterruptedException {
      // An answer to one message is only complete once there is no second one.
      call.request(1);
      while (messages.take() != END) {}
      tellEchoed("header", headers, told);
      tellEchoed("trailer", trailers, told);
      int code = status.getCode().value();
      String message = status.getDescription() == null ? "" : status.getDescription();
      told.add(code == 1 || code == 4
          ? "given up"
          : "status " + code + " " + encoded(message.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getEncoder().encodeToString(bytes);
  }

  private static void tellEchoed(String kind, Metadata metadata, List<String> told) {
    for (String key : metadata.keys()) {
      if (!key.startsWith("x-grpc-test-echo")) continue;
      String value = key.endsWith("-bin")
          ? encoded(metadata.get(Metadata.Key.of(key, Metadata.BINARY_BYTE_MARSHALLER)))
          : metadata.get(Metadata.Key.of(key, Metadata.ASCII_STRING_MARSHALLER));
      told.add(kind + " " + key + " " + value);
    }
  }

  private static String play(Channel channel, List<String> steps) throws Exception {
    List<String> told = new ArrayList<>();
    Metadata metadata = new Metadata();
    CallOptions options = CallOptions.DEFAULT;
    Call call = null;
    for (String step : steps) {
      String[] words = step.split(" ", -1);
      switch (words[0]) {
        case "with" -> {
          if (words[1].endsWith("-bin")) {
            byte[] value = Base64.getDecoder().decode(words[2]);
            metadata.put(Metadata.Key.of(words[1], Metadata.BINARY_BYTE_MARSHALLER), value);
          } else {
            metadata.put(Metadata.Key.of(words[1], Metadata.ASCII_STRING_MARSHALLER), words[2]);
          }
        }
        case "within" -> options = options.withDeadlineAfter(Long.parseLong(words[1]), TimeUnit.MILLISECONDS);
        case "call" -> {
          MethodType type = words[1].equals("unary") ? MethodType.UNARY : MethodType.BIDI_STREAMING;
          call = new Call(channel, type, words[2], metadata, options);
          metadata = new Metadata();
          options = CallOptions.DEFAULT;
        }
        case "send" -> call.call.sendMessage(Base64.getDecoder().decode(words[1]));
        case "close" -> call.call.halfClose();
        case "receive" -> told.add(call.receive());
        case "cancel" -> call.call.cancel("cancelled", null);
        case "end" -> call.end(told);
        default -> throw new IllegalArgumentException("there is no step " + step);
      }
    }
    return String.join("\n", told);
  }

  public static void main(String[] arguments) throws Exception {
    int copies = Integer.parseInt(arguments[1]);
    String script = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
    List<String> steps = script.lines().toList();
    ManagedChannel channel = ManagedChannelBuilder.forAddress("127.0.0.1", Integer.parseInt(arguments[0]))
        .usePlaintext().build();
    var threads = Executors.newFixedThreadPool(copies);
    List<Future<String>> outcomes = new ArrayList<>();
    for (int i = 0; i < copies; i++) outcomes.add(threads.submit(() -> play(channel, steps)));
    List<String> told = new ArrayList<>();
    for (Future<String> outcome : outcomes) told.add(outcome.get());
    threads.shutdown();
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    System.out.println(String.join("\n\n", told));
  }
}

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>An ONNX model of a single attention node, encoded in memory (field numbers from onnx.proto).</summary>
public static class OnnxModel
{
    private const int FloatElement = 1;
    private const int IntegerAttribute = 2;

    /// <summary>The names of the inputs, in order.</summary>
    public static IReadOnlyList<string> Inputs { get; } = ["query", "key", "value"];

    /// <summary>The name of the output.</summary>
    public const string Output = "output";

    /// <summary>
    /// <c>com.microsoft.MultiHeadAttention</c> on query, key and value of <c>[batch, length, heads * headDim]</c>, with its default scale 1/sqrt(headDim).
    /// </summary>
    public static byte[] MultiHeadAttention(int batch, int length, int heads, int headDim, bool causal)
    {
        ProtobufWriter node = new ProtobufWriter();
        foreach (string input in Inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, Output).Text(3, "attention").Text(4, "MultiHeadAttention");
        node.Message(5, Attribute("num_heads", heads)).Message(5, Attribute("unidirectional", causal ? 1 : 0));
        node.Text(7, "com.microsoft");

        ProtobufWriter graph = new ProtobufWriter().Message(1, node).Text(2, "attention");
        foreach (string input in Inputs)
        {
            graph.Message(11, Tensor(input, batch, length, heads * headDim));
        }

        graph.Message(12, Tensor(Output, batch, length, heads * headDim));
        return new ProtobufWriter()
            .Integer(1, 8) // ir_version
            .Message(7, graph)
            .Message(8, new ProtobufWriter().Text(1, string.Empty).Integer(2, 17)) // opset_import ai.onnx
            .Message(8, new ProtobufWriter().Text(1, "com.microsoft").Integer(2, 1))
            .ToArray();
    }

    private static ProtobufWriter Attribute(string name, long value) =>
        new ProtobufWriter().Text(1, name).Integer(3, value).Integer(20, IntegerAttribute);

    private static ProtobufWriter Tensor(string name, params ReadOnlySpan<int> shape)
    {
        ProtobufWriter dimensions = new ProtobufWriter();
        foreach (int size in shape)
        {
            dimensions.Message(1, new ProtobufWriter().Integer(1, size));
        }

        ProtobufWriter tensorType = new ProtobufWriter().Integer(1, FloatElement).Message(2, dimensions);
        return new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensorType));
    }
}

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>An ONNX model of a single attention node, encoded in memory (field numbers from onnx.proto).</summary>
public static class OnnxModel
{
    /// <summary>Names of inputs and outputs.</summary>
    public const string Query = "query", Key = "key", Value = "value", Output = "output";

    /// <summary>Names of a cache's inputs and outputs.</summary>
    public const string PastKey = "past_key", PastValue = "past_value", PresentKey = "present_key", PresentValue = "present_value";

    /// <summary>Names of a cache's lengths: past tokens of each sequence, and past and new tokens of the longest.</summary>
    public const string PastLengths = "seqlens_k", TotalLength = "total_sequence_length";

    private const int FloatElement = 1;
    private const int Int32Element = 6;
    private const int IntegerAttribute = 2;

    /// <summary>
    /// <c>com.microsoft.MultiHeadAttention</c> on query, key and value of <c>[batch, length, heads * headDim]</c>, with its default scale 1/sqrt(headDim).
    /// </summary>
    public static byte[] MultiHeadAttention(int batch, int length, int heads, int headDim, bool causal)
    {
        int[] shape = [batch, length, heads * headDim];
        return Model(
            "MultiHeadAttention",
            [("num_heads", heads), ("unidirectional", causal ? 1 : 0)],
            [Tensor(Query, shape), Tensor(Key, shape), Tensor(Value, shape)],
            [Tensor(Output, shape)]);
    }

    /// <summary>
    /// <c>com.microsoft.GroupQueryAttention</c> with one new token of one sequence, packed <c>[1, 1, heads * headDim]</c>, over past keys and values
    /// <c>[1, kvHeads, capacity, headDim]</c>; no rotation, its default scale 1/sqrt(headDim).
    /// </summary>
    public static byte[] GroupQueryAttention(int heads, int kvHeads, int headDim, int capacity)
    {
        int[] query = [1, 1, heads * headDim], key = [1, 1, kvHeads * headDim], past = [1, kvHeads, capacity, headDim];
        return Model(
            "GroupQueryAttention",
            [("num_heads", heads), ("kv_num_heads", kvHeads)],
            [
                Tensor(Query, query), Tensor(Key, key), Tensor(Value, key), Tensor(PastKey, past), Tensor(PastValue, past),
                Tensor(PastLengths, [1], Int32Element), Tensor(TotalLength, [], Int32Element),
            ],
            [Tensor(Output, query), Tensor(PresentKey, past), Tensor(PresentValue, past)]);
    }

    private static byte[] Model(string operation, (string Name, long Value)[] attributes, (string Name, ProtobufWriter Type)[] inputs, (string Name, ProtobufWriter Type)[] outputs)
    {
        ProtobufWriter node = new(), graph = new();
        foreach ((string name, _) in inputs)
        {
            node.Text(1, name);
        }

        foreach ((string name, _) in outputs)
        {
            node.Text(2, name);
        }

        node.Text(3, "attention").Text(4, operation);
        foreach ((string name, long value) in attributes)
        {
            node.Message(5, new ProtobufWriter().Text(1, name).Integer(3, value).Integer(20, IntegerAttribute));
        }

        graph.Message(1, node.Text(7, "com.microsoft")).Text(2, "attention");
        foreach ((_, ProtobufWriter type) in inputs)
        {
            graph.Message(11, type);
        }

        foreach ((_, ProtobufWriter type) in outputs)
        {
            graph.Message(12, type);
        }

        return new ProtobufWriter()
            .Integer(1, 8) // ir_version
            .Message(7, graph)
            .Message(8, new ProtobufWriter().Text(1, string.Empty).Integer(2, 17)) // opset_import ai.onnx
            .Message(8, new ProtobufWriter().Text(1, "com.microsoft").Integer(2, 1))
            .ToArray();
    }

    private static (string Name, ProtobufWriter Type) Tensor(string name, int[] shape, int element = FloatElement)
    {
        ProtobufWriter dimensions = new();
        foreach (int size in shape)
        {
            dimensions.Message(1, new ProtobufWriter().Integer(1, size));
        }

        ProtobufWriter tensorType = new ProtobufWriter().Integer(1, element).Message(2, dimensions);
        return (name, new ProtobufWriter().Text(1, name).Message(2, new ProtobufWriter().Message(1, tensorType)));
    }
}

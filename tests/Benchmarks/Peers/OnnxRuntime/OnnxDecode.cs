using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Peers.OnnxRuntime;

/// <summary>
/// ONNX Runtime's GroupQueryAttention over the caches of a problem with one sequence: past and present keys and values share one buffer, as it
/// recommends, so that a step writes the new token alone; everything is bound once.
/// </summary>
public sealed class OnnxDecode : IDisposable
{
    private readonly DecodeProblem problem;
    private readonly OnnxSession session;
    private readonly OnnxBinding[] layers;
    private readonly float[] output;

    /// <summary>Builds the model and its session, over buffers that <see cref="Buffers"/> made.</summary>
    /// <exception cref="InvalidOperationException">ONNX Runtime refused; the message is its own.</exception>
    public OnnxDecode(OrtApi api, DecodeProblem problem, (float[] Keys, float[] Values)[] buffers, int threads)
    {
        this.problem = problem;
        (int heads, KvShape shape) = (problem.Kernel.Heads, problem.Kernel.Shape);
        int length = problem.Lengths[0], capacity = length + 1;
        session = new OnnxSession(api, OnnxModel.GroupQueryAttention(heads, shape.KvHeads, shape.HeadDim, capacity), threads);
        float[] query = Pinned(problem.Query), key = Pinned(problem.Key), value = Pinned(problem.Value);
        output = Pinned(new float[heads * shape.HeadDim]);
        int[] past = GC.AllocateArray<int>(1, pinned: true), total = GC.AllocateArray<int>(1, pinned: true);
        (past[0], total[0]) = (length, capacity);
        layers = [.. buffers.Select(Bind)];

        OnnxBinding Bind((float[] Keys, float[] Values) buffer) => new OnnxBinding(session, inputs: 7, outputs: 3)
            .Bind(OnnxModel.Query, query, 1, 1, query.Length)
            .Bind(OnnxModel.Key, key, 1, 1, key.Length)
            .Bind(OnnxModel.Value, value, 1, 1, value.Length)
            .Bind(OnnxModel.PastKey, buffer.Keys, 1, shape.KvHeads, capacity, shape.HeadDim)
            .Bind(OnnxModel.PastValue, buffer.Values, 1, shape.KvHeads, capacity, shape.HeadDim)
            .Bind(OnnxModel.PastLengths, past, 1)
            .Bind(OnnxModel.TotalLength, total)
            .Bind(OnnxModel.Output, output, 1, 1, output.Length)
            .Bind(OnnxModel.PresentKey, buffer.Keys, 1, shape.KvHeads, capacity, shape.HeadDim)
            .Bind(OnnxModel.PresentValue, buffer.Values, 1, shape.KvHeads, capacity, shape.HeadDim);
    }

    /// <summary>As many buffers as the problem has caches, holding what those hold, with room for a new token.</summary>
    public static (float[] Keys, float[] Values)[] Buffers(DecodeProblem problem)
    {
        KvShape shape = problem.Kernel.Shape;
        int capacity = problem.Lengths[0] + 1;
        return [.. Enumerable.Range(0, problem.Layers).Select(_ =>
        {
            float[] keys = GC.AllocateArray<float>(shape.KvHeads * capacity * shape.HeadDim, pinned: true), values = GC.AllocateArray<float>(shape.KvHeads * capacity * shape.ValueDim, pinned: true);
            for (int head = 0; head < shape.KvHeads; head++)
            {
                problem.PastKeys(head).CopyTo(keys.AsSpan(head * capacity * shape.HeadDim));
                problem.PastValues(head).CopyTo(values.AsSpan(head * capacity * shape.ValueDim));
            }

            return (keys, values);
        })];
    }

    /// <summary>One token through every buffer.</summary>
    public void Step()
    {
        foreach (OnnxBinding layer in layers)
        {
            layer.Run();
        }
    }

    /// <summary>Compares a step's output with ours, through the last buffer and the last cache.</summary>
    /// <exception cref="InvalidDataException">The two differ by more than 1e-6 somewhere: outputs are means of thousands of values, about 0.02.</exception>
    public void Verify()
    {
        problem.Step(1);
        Step();
        for (int i = 0; i < output.Length; i++)
        {
            if (!(Math.Abs(output[i] - problem.Output[i]) <= 1e-6f))
            {
                throw new InvalidDataException(FormattableString.Invariant($"{problem.Kernel.Name}, element {i}: ONNX Runtime gives {output[i]}, our kernel {problem.Output[i]}."));
            }
        }
    }

    /// <summary>Frees the session and what it was bound to.</summary>
    public void Dispose()
    {
        foreach (OnnxBinding layer in layers)
        {
            layer.Dispose();
        }

        session.Dispose();
    }

    private static float[] Pinned(ReadOnlySpan<float> values)
    {
        float[] pinned = GC.AllocateArray<float>(values.Length, pinned: true);
        values.CopyTo(pinned);
        return pinned;
    }
}

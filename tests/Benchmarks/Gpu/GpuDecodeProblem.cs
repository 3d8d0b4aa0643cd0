using AttentionGen.Benchmarks.Kernels;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>Sequences in a cache, and calls with new tokens.</summary>
public sealed class GpuDecodeProblem : IDisposable
{
    private readonly GpuCacheEntry entry;
    private readonly GpuAttentionContext context;
    private readonly GpuStream stream;
    private readonly GpuKvCache cache;
    private readonly int[] sequences;
    private readonly Random random;

    /// <summary>Empty caches.</summary>
    public GpuDecodeProblem(GpuAttentionContext context, GpuCacheEntry entry, int sequences, int capacity, int seed)
    {
        (this.context, this.entry, random) = (context, entry, new Random(seed));
        this.sequences = [.. Enumerable.Range(0, sequences)];
        stream = context.CreateStream();
        cache = new GpuKvCache(context, entry.Shape, sequences, capacity);
    }

    /// <summary>Feeds pieces of random tokens to the GPU's kernels and the CPU's and gives the largest difference of an output.</summary>
    public double Compare(ReadOnlySpan<int> pieces)
    {
        using var host = new ContiguousKvCache(entry.Shape, sequences.Length, cache.Capacity);
        double worst = 0;
        foreach (int tokens in pieces)
        {
            float[] query = Draw(entry.Heads, entry.Shape.HeadDim, tokens), key = Draw(entry.Shape.KvHeads, entry.Shape.HeadDim, tokens), value = Draw(entry.Shape.KvHeads, entry.Shape.ValueDim, tokens);
            float[] expected = new float[sequences.Length * entry.Heads * tokens * entry.Shape.ValueDim], actual = new float[expected.Length];
            using var step = new Step(this, tokens, query, key, value);
            step.Run();
            step.Output.CopyTo(actual, stream);
            entry.Cpu(
                ReadOnlyTensorView.HeadsFirst(query, sequences.Length, entry.Heads, tokens, entry.Shape.HeadDim),
                ReadOnlyTensorView.HeadsFirst(key, sequences.Length, entry.Shape.KvHeads, tokens, entry.Shape.HeadDim),
                ReadOnlyTensorView.HeadsFirst(value, sequences.Length, entry.Shape.KvHeads, tokens, entry.Shape.ValueDim),
                TensorView.HeadsFirst(expected, sequences.Length, entry.Heads, tokens, entry.Shape.ValueDim),
                host,
                sequences,
                default);
            worst = Math.Max(worst, Difference.Largest(actual, expected));
        }

        return worst;
    }

    /// <summary>Times one new token of each sequence behind <paramref name="past"/>; the token is taken back each time.</summary>
    public Ratios.Spread Milliseconds(int past, int rounds)
    {
        const int Piece = 512;
        for (int held = 0; held < past; held += Piece)
        {
            int tokens = Math.Min(Piece, past - held);
            using var piece = new Step(this, tokens, [], Draw(entry.Shape.KvHeads, entry.Shape.HeadDim, tokens), Draw(entry.Shape.KvHeads, entry.Shape.ValueDim, tokens));
            piece.Append();
        }

        using var step = new Step(this, 1, Draw(entry.Heads, entry.Shape.HeadDim, 1), Draw(entry.Shape.KvHeads, entry.Shape.HeadDim, 1), Draw(entry.Shape.KvHeads, entry.Shape.ValueDim, 1));
        return GpuTiming.Milliseconds(stream, () =>
        {
            step.Run();
            foreach (int sequence in sequences)
            {
                cache.Truncate(sequence, past);
            }
        }, rounds);
    }

    /// <summary>Releases the device's memory.</summary>
    public void Dispose()
    {
        stream.Synchronize();
        cache.Dispose();
        stream.Dispose();
    }

    private float[] Draw(int heads, int dim, int tokens)
    {
        float[] data = new float[sequences.Length * heads * tokens * dim];
        NormalDraw.Fill(data, random.Next());
        return data;
    }

    /// <summary>New tokens on the device, and a poisoned output.</summary>
    private sealed class Step : IDisposable
    {
        private readonly GpuDecodeProblem problem;
        private readonly int tokens;
        private readonly DeviceFloats query, key, value;

        public Step(GpuDecodeProblem problem, int tokens, float[] query, float[] key, float[] value)
        {
            (this.problem, this.tokens) = (problem, tokens);
            float[] poison = new float[problem.sequences.Length * problem.entry.Heads * tokens * problem.entry.Shape.ValueDim];
            poison.AsSpan().Fill(float.NaN);
            (this.query, this.key, this.value, Output) = (Upload(query), Upload(key), Upload(value), Upload(poison));
        }

        public DeviceFloats Output { get; }

        public void Run()
        {
            (GpuCacheEntry entry, int count) = (problem.entry, problem.sequences.Length);
            entry.Device(
                DeviceTensorView.HeadsFirst(query, count, entry.Heads, tokens, entry.Shape.HeadDim),
                DeviceTensorView.HeadsFirst(key, count, entry.Shape.KvHeads, tokens, entry.Shape.HeadDim),
                DeviceTensorView.HeadsFirst(value, count, entry.Shape.KvHeads, tokens, entry.Shape.ValueDim),
                DeviceTensorView.HeadsFirst(Output, count, entry.Heads, tokens, entry.Shape.ValueDim),
                problem.cache,
                problem.sequences,
                default,
                new GpuArguments { Stream = problem.stream });
        }

        public void Append()
        {
            (GpuCacheEntry entry, int count) = (problem.entry, problem.sequences.Length);
            entry.Store(
                DeviceTensorView.HeadsFirst(key, count, entry.Shape.KvHeads, tokens, entry.Shape.HeadDim),
                DeviceTensorView.HeadsFirst(value, count, entry.Shape.KvHeads, tokens, entry.Shape.ValueDim),
                problem.cache,
                problem.sequences,
                default,
                new GpuArguments { Stream = problem.stream });
            problem.stream.Synchronize();
        }

        public void Dispose()
        {
            problem.stream.Synchronize();
            foreach (DeviceFloats floats in new[] { query, key, value, Output })
            {
                floats.Dispose();
            }
        }

        private DeviceFloats Upload(float[] data)
        {
            DeviceFloats floats = problem.context.Allocate(data.Length);
            floats.CopyFrom(data, problem.stream);
            return floats;
        }
    }
}

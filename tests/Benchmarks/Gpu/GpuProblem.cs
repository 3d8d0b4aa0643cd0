using AttentionGen.Benchmarks.Kernels;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>Random inputs of one kernel, on the host and on the device; the device's output lies between canaries and is poisoned.</summary>
public sealed class GpuProblem : IDisposable
{
    private const int Margin = 64;
    private const float Canary = -12288f; // a number of every precision

    private readonly GpuEntry entry;
    private readonly int batch;
    private readonly int length;
    private readonly float[] query;
    private readonly float[] key;
    private readonly float[] value;
    private readonly float[] poison;
    private readonly DeviceTensor[] memory;

    /// <summary>Draws unit normal queries, keys and values, as the kernel's precision has them, and copies them to the device.</summary>
    public GpuProblem(GpuAttentionContext context, GpuEntry entry, int batch, int length, int seed)
    {
        (this.entry, this.batch, this.length) = (entry, batch, length);
        query = Draw(entry.Heads, entry.HeadDim, seed);
        key = Draw(entry.KvHeads, entry.HeadDim, seed + 1);
        value = Draw(entry.KvHeads, entry.ValueDim, seed + 2);
        poison = new float[(batch * entry.Heads * length * entry.ValueDim) + (2 * Margin)];
        poison.AsSpan().Fill(Canary);
        poison.AsSpan(Margin, poison.Length - (2 * Margin)).Fill(float.NaN);
        memory = [.. new[] { query, key, value, poison }.Select(data => new DeviceTensor(context, data, entry.Precision))];
    }

    /// <summary>Queues the GPU's kernel once.</summary>
    public void Launch(GpuAttentionContext context, GpuStream stream)
    {
        TensorLayout queries = TensorLayout.HeadsFirst(batch, entry.Heads, length, entry.HeadDim), keys = TensorLayout.HeadsFirst(batch, entry.KvHeads, length, entry.HeadDim);
        TensorLayout values = TensorLayout.HeadsFirst(batch, entry.KvHeads, length, entry.ValueDim), outputs = TensorLayout.HeadsFirst(batch, entry.Heads, length, entry.ValueDim);
        GpuArguments device = new() { Stream = stream };
        if (entry.Device16 is { } narrow)
        {
            narrow(context, memory[0].View16(0, queries), memory[1].View16(0, keys), memory[2].View16(0, values), memory[3].View16(Margin, outputs), default, device);
        }
        else
        {
            entry.Device!(context, memory[0].View(0, queries), memory[1].View(0, keys), memory[2].View(0, values), memory[3].View(Margin, outputs), default, device);
        }
    }

    /// <summary>Runs both kernels and gives the largest difference of an element.</summary>
    /// <exception cref="InvalidDataException">The kernel wrote outside of its output.</exception>
    public double Compare(GpuAttentionContext context, GpuStream stream)
    {
        Launch(context, stream);
        float[] device = new float[poison.Length], host = new float[poison.Length - (2 * Margin)];
        memory[3].CopyTo(device, stream);
        entry.Cpu(
            ReadOnlyTensorView.HeadsFirst(query, batch, entry.Heads, length, entry.HeadDim),
            ReadOnlyTensorView.HeadsFirst(key, batch, entry.KvHeads, length, entry.HeadDim),
            ReadOnlyTensorView.HeadsFirst(value, batch, entry.KvHeads, length, entry.ValueDim),
            TensorView.HeadsFirst(host, batch, entry.Heads, length, entry.ValueDim),
            default);
        if (device.AsSpan(0, Margin).ContainsAnyExcept(Canary) || device.AsSpan(Margin + host.Length).ContainsAnyExcept(Canary))
        {
            throw new InvalidDataException($"{entry.Name}, length {length}: the kernel wrote outside of its output.");
        }

        return Difference.Largest(device.AsSpan(Margin, host.Length), host);
    }

    /// <summary>Releases the device's memory.</summary>
    public void Dispose()
    {
        foreach (DeviceTensor tensor in memory)
        {
            tensor.Dispose();
        }
    }

    private float[] Draw(int heads, int dim, int seed)
    {
        float[] data = new float[batch * heads * length * dim];
        NormalDraw.Fill(data, seed);
        foreach (ref float element in data.AsSpan())
        {
            element = DeviceTensor.Rounded(element, entry.Precision);
        }

        return data;
    }
}

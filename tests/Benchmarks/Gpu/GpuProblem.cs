using AttentionGen.Benchmarks.Kernels;
using AttentionGen.Gpu;

namespace AttentionGen.Benchmarks.Gpu;

/// <summary>Random inputs of one kernel, on the host and on the device; the device's output lies between canaries and is poisoned.</summary>
public sealed class GpuProblem : IDisposable
{
    private const int Margin = 64;
    private const float Canary = -12345.5f;

    private readonly GpuEntry entry;
    private readonly int batch;
    private readonly int length;
    private readonly float[] query;
    private readonly float[] key;
    private readonly float[] value;
    private readonly float[] poison;
    private readonly DeviceFloats[] memory;

    /// <summary>Draws unit normal queries, keys and values and copies them to the device.</summary>
    public GpuProblem(GpuAttentionContext context, GpuEntry entry, int batch, int length, int seed)
    {
        (this.entry, this.batch, this.length) = (entry, batch, length);
        query = Draw(entry.Heads, entry.HeadDim, seed);
        key = Draw(entry.KvHeads, entry.HeadDim, seed + 1);
        value = Draw(entry.KvHeads, entry.ValueDim, seed + 2);
        poison = new float[(batch * entry.Heads * length * entry.ValueDim) + (2 * Margin)];
        poison.AsSpan().Fill(Canary);
        poison.AsSpan(Margin, poison.Length - (2 * Margin)).Fill(float.NaN);
        memory = [.. new[] { query, key, value, poison }.Select(data => Upload(context, data))];
    }

    /// <summary>Queues the GPU's kernel once.</summary>
    public void Launch(GpuAttentionContext context, GpuStream stream) => entry.Device(
        context,
        DeviceTensorView.HeadsFirst(memory[0], batch, entry.Heads, length, entry.HeadDim),
        DeviceTensorView.HeadsFirst(memory[1], batch, entry.KvHeads, length, entry.HeadDim),
        DeviceTensorView.HeadsFirst(memory[2], batch, entry.KvHeads, length, entry.ValueDim),
        new DeviceTensorView(memory[3], Margin, TensorLayout.HeadsFirst(batch, entry.Heads, length, entry.ValueDim)),
        default,
        new GpuArguments { Stream = stream });

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
        foreach (DeviceFloats floats in memory)
        {
            floats.Dispose();
        }
    }

    private static DeviceFloats Upload(GpuAttentionContext context, float[] data)
    {
        DeviceFloats floats = context.Allocate(data.Length);
        floats.CopyFrom(data);
        return floats;
    }

    private float[] Draw(int heads, int dim, int seed)
    {
        float[] data = new float[batch * heads * length * dim];
        NormalDraw.Fill(data, seed);
        return data;
    }
}

using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>
/// The named tensors of a layer: read with <see cref="CopyTo"/>, written with <see cref="Set"/>, <see cref="Save"/> and <see cref="Load"/>.
/// Not safe for use while another thread writes them or runs the layer.
/// </summary>
public abstract class WeightSet : IDisposable
{
    private WeightTensor[] tensors = [];
    private bool disposed;

    private protected WeightSet()
    {
    }

    /// <summary>The tensors by name, with their shapes in memory.</summary>
    public IReadOnlyList<WeightTensor> Tensors => tensors;

    /// <summary>Reads one tensor, row-major, in its shape in memory.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="destination">Receives the tensor's elements, exactly.</param>
    /// <exception cref="ArgumentException">These weights have no such tensor, or the span's length differs; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void CopyTo(string name, Span<float> destination)
    {
        WeightTensor tensor = Find(name);
        CheckLength(tensor, destination.Length, nameof(destination));
        tensor.CopyTo(destination);
    }

    /// <summary>Replaces one tensor; the next forward pass uses it.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="source">The tensor's elements, row-major, in its shape in memory.</param>
    /// <exception cref="ArgumentException">These weights have no such tensor, the span's length differs, or a weight is stored as Int8 and an element is not finite; nothing was written.</exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void Set(string name, ReadOnlySpan<float> source)
    {
        WeightTensor tensor = Find(name);
        CheckLength(tensor, source.Length, nameof(source));
        if (!tensor.CanHold(source))
        {
            throw new ArgumentException($"{tensor} is stored as Int8, which takes only finite elements, but the span holds NaN or infinity.", nameof(source));
        }

        tensor.Set(source);
        OnChanged();
    }

    /// <summary>Writes all tensors in the safetensors format, FP32; weights as <c>[output features, input features]</c>.</summary>
    /// <param name="stream">Written from its current position; left open.</param>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ThrowIfDisposed();
        SafetensorsWriter.Write(stream, tensors);
    }

    /// <summary>Replaces all tensors by those of a safetensors file.</summary>
    /// <param name="stream">Read from its current position to its end; left open.</param>
    /// <exception cref="InvalidDataException">The file is not well formed, lacks, adds or misshapes a tensor, or holds what Int8 can't store; the weights are as they were.</exception>
    /// <exception cref="ObjectDisposedException">The weights were disposed.</exception>
    public void Load(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ThrowIfDisposed();
        float[][] values = SafetensorsReader.Read(stream, tensors);
        for (int i = 0; i < tensors.Length; i++)
        {
            if (!tensors[i].CanHold(values[i]))
            {
                throw new InvalidDataException($"Tensor \"{tensors[i].Name}\" holds NaN or infinity; the layer stores it as Int8, which takes only finite elements.");
            }
        }

        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i].Set(values[i]);
        }

        OnChanged();
    }

    /// <summary>Frees the native memory.</summary>
    public void Dispose()
    {
        disposed = true;
        Free();
        GC.SuppressFinalize(this);
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(disposed, this);

    /// <summary>Takes the tensors, once they exist.</summary>
    private protected void Own(WeightTensor[] owned) => tensors = owned;

    /// <summary>Frees what the derived class holds.</summary>
    private protected abstract void Free();

    /// <summary>Tensors were replaced.</summary>
    private protected virtual void OnChanged()
    {
    }

    private WeightTensor Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        ThrowIfDisposed();
        return Array.Find(tensors, tensor => tensor.Name == name)
            ?? throw new ArgumentException($"There is no tensor \"{name}\"; expected one of {string.Join(", ", tensors.Select(tensor => tensor.Name))}.", nameof(name));
    }

    private static void CheckLength(WeightTensor tensor, int actual, string name)
    {
        if (actual != tensor.Length)
        {
            throw new ArgumentException($"Expected {tensor} = {tensor.Length} elements, but the span holds {actual}.", name);
        }
    }
}

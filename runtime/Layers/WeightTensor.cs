using AttentionGen.Kernels;

namespace AttentionGen;

/// <summary>One named tensor of <see cref="AttentionWeights"/>.</summary>
public sealed class WeightTensor
{
    private readonly PackedMatrix? packed;
    private readonly float[] values;

    internal WeightTensor(string name, PackedMatrix packed)
    {
        Name = name;
        this.packed = packed;
        values = [];
        Rows = packed.Depth;
        Columns = packed.Columns;
    }

    internal WeightTensor(string name, float[] values, int rows, int columns)
    {
        Name = name;
        this.values = values;
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Its name, in memory and in files.</summary>
    public string Name { get; }

    /// <summary>Rows in memory: the input features of a weight, the positions of the table, 0 for a bias, which has one dimension.</summary>
    public int Rows { get; }

    /// <summary>Columns in memory: the output features of a weight or bias, the model width of the table.</summary>
    public int Columns { get; }

    /// <summary>Elements.</summary>
    public int Length => Math.Max(Rows, 1) * Columns;

    /// <summary>Whether files hold the transpose, <c>[Columns, Rows]</c>: so for the four weights, as PyTorch's <c>nn.Linear</c> stores them.</summary>
    internal bool IsTransposedInFiles => packed is not null;

    /// <summary>The shape as messages and files give it.</summary>
    internal int[] FileShape => Rows == 0 ? [Columns] : IsTransposedInFiles ? [Columns, Rows] : [Rows, Columns];

    /// <inheritdoc/>
    public override string ToString() => Rows == 0 ? $"{Name} [{Columns}]" : $"{Name} [{Rows}, {Columns}]";

    /// <summary>Whether numbers can be stored: a weight in Int8 takes only finite ones.</summary>
    internal bool CanHold(ReadOnlySpan<float> source) => packed is null || packed.CanHold(source);

    internal void CopyTo(Span<float> destination)
    {
        if (packed is null)
        {
            values.CopyTo(destination);
        }
        else
        {
            packed.CopyTo(destination);
        }
    }

    internal void Set(ReadOnlySpan<float> source)
    {
        if (packed is null)
        {
            source.CopyTo(values);
        }
        else
        {
            packed.Set(source);
        }
    }
}

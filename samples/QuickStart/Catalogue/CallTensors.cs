using AttentionGen;
using AttentionGen.Reference;

namespace QuickStart.Catalogue;

/// <summary>What a kernel is given besides queries, keys and values: learned tables, which a layer owns itself, and features that are mixed in.</summary>
public sealed class CallTensors
{
    private const int MaxRelativePosition = 32;
    private const int Buckets = 32;

    /// <summary>Draws what the declaration needs; the rest stays null.</summary>
    public CallTensors(WrittenDeclaration written)
    {
        (int heads, int dim) = (written.Heads, written.HeadDim);
        if (written.Find(AttentionTypes.Relative) is { } relative)
        {
            int distances = (2 * relative.Int("MaxRelativePosition", MaxRelativePosition)) + 1;
            RelativeKeys = CatalogueEntry.Draw(distances * dim, 4);
            RelativeValues = CatalogueEntry.Draw(distances * dim, 5);
        }

        BucketBias = written.Find(AttentionTypes.T5) is { } t5 ? CatalogueEntry.Draw(heads * t5.Int("Buckets", Buckets), 6) : null;
        LocalFeatures = written.Type == AttentionTypes.CrossMemory ? CatalogueEntry.Draw(heads * CatalogueEntry.Length * dim, 7) : null;
    }

    /// <summary><c>[2 * MaxRelativePosition + 1, headDim]</c>.</summary>
    public float[]? RelativeKeys { get; }

    /// <summary><c>[2 * MaxRelativePosition + 1, headDim]</c>.</summary>
    public float[]? RelativeValues { get; }

    /// <summary><c>[heads, Buckets]</c>.</summary>
    public float[]? BucketBias { get; }

    /// <summary><c>[heads, length, headDim]</c>.</summary>
    public float[]? LocalFeatures { get; }

    /// <summary>As a call takes them.</summary>
    public AttentionArguments Arguments(WrittenDeclaration written, int threads) => new()
    {
        RelativeKeys = RelativeKeys,
        RelativeValues = RelativeValues,
        BucketBias = BucketBias,
        LocalFeatures = LocalFeatures is null ? default : ReadOnlyTensorView.HeadsFirst(LocalFeatures, 1, written.Heads, CatalogueEntry.Length, written.HeadDim),
        MaxThreads = threads,
    };
}

using AttentionGen;

namespace Soak;

/// <summary>A layer: its input is a function of the tokens; it projects, and adds positions.</summary>
internal sealed class LayerService : Service
{
    private readonly ServedLayer layer = new(seed: 1);

    public override KvShape CacheShape => ServedLayer.CacheShape;

    public override int Width => ServedLayer.DModel;

    public override void Run(ReadOnlySpan<int> tokens, int[] starts, float[] output, KvCache cache, int[] sequences) =>
        layer.Prefill(Embed(tokens), output, tokens.Length, cache, sequences, new AttentionArguments { CumulativeLengths = starts });

    public override float[] Recompute(ReadOnlySpan<int> tokens, int count)
    {
        float[] output = new float[tokens.Length * Width];
        layer.Forward(Embed(tokens), output, batch: 1, tokens.Length);
        return output[^(count * Width)..];
    }

    public override void Dispose() => layer.Dispose();

    private float[] Embed(ReadOnlySpan<int> tokens)
    {
        float[] rows = new float[tokens.Length * Width];
        TokenRows.Write(tokens, rows);
        return rows;
    }
}

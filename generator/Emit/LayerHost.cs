using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Emit;

/// <summary>The public surface of a layer host: it owns its weights; one sequence (and, for cross-attention, a memory) in, one out.</summary>
internal static class LayerHost
{
    public static void Write(CodeWriter writer, AttentionSpec spec)
    {
    }

    public static void WriteThrowing(CodeWriter writer, AttentionSpec spec, string fail)
    {
    }
}

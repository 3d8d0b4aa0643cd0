namespace AttentionGen.Generator.Rules;

/// <summary>What all descriptors share.</summary>
internal static class RuleFacts
{
    /// <summary>The diagnostics' category.</summary>
    public const string Category = "AttentionGen";

    /// <summary>The folder of the help pages; a page is named after its rule.</summary>
    public const string Help = "https://github.com/AttentionGen/AttentionGen/blob/main/analyzers/help/";
}

using System.Collections.Generic;
using System.Linq;
using AttentionGen.Generator.Dialects;
using AttentionGen.Generator.Spec;

namespace AttentionGen.Generator.Catalog;

/// <summary>Names of a user function's parts in generated code.</summary>
/// <param name="prefix">Begins them all; each function has its own.</param>
/// <param name="tables">The function's tables.</param>
internal sealed class FunctionNames(string prefix, EquatableArray<FunctionTable> tables)
{
    public string Query => prefix + "Query";

    public string OfHead(int n) => $"{prefix}Head{n}";

    public string OfRow(int n) => $"{prefix}Row{n}";

    public string OfKey(int n, int vector) => $"{prefix}Key{n}_{vector}";

    public string Shared(int n) => $"{prefix}Part{n}";

    public string InLanes(string name) => name + "Lanes";

    public string Table(int table) => $"{prefix}Table{Literals.Of(table)}";

    public string TableAddress(int table) => Table(table) + "Address";

    public string ElementOf(int table) => tables[table].Element == ScalarType.Int ? "int" : "float";

    public int LengthOf(int table) => tables[table].Numbers.Count;

    /// <summary>The tables as members of the kernel.</summary>
    public IEnumerable<string> Members() => tables.Select((table, n) =>
        $"private static ReadOnlySpan<{ElementOf(n)}> {Table(n)} => [{string.Join(", ", table.Numbers.Select(number => table.Element == ScalarType.Int ? Literals.Of((int)number) : Literals.Of((float)number)))}]; // {table.Name}");

    /// <summary>The tables that are looked up by an index that varies with the key or the score.</summary>
    public IEnumerable<int> TablesInLanes(ScalarExpression body)
    {
        IEnumerable<ScalarExpression> Parts(ScalarExpression expression) => expression.Operands.SelectMany(Parts).Prepend(expression);
        return Parts(body)
            .Where(static part => part.Operation == ScalarOperation.Lookup && part.Uses(ScalarInputs.Key | ScalarInputs.Score))
            .Select(static part => (int)part.Number).Distinct().OrderBy(static table => table);
    }

    public static string TypeOf(ScalarExpression expression) => expression.Type switch
    {
        ScalarType.Int => "int",
        ScalarType.Float => "float",
        _ => "bool",
    };
}

package dev.mnistnative.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.Attribute$;
import org.apache.spark.ml.attribute.AttributeGroup;
import org.apache.spark.ml.attribute.AttributeGroup$;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.sql.types.StructField;
import scala.Option;

/** What columns' metadata tells: names of classes and features, as StringIndexer and VectorAssembler leave them. */
final class LabelNames {
    private LabelNames() {}

    /** Names of the classes in the order of their labels; empty if the column has none. */
    static List<String> classNames(StructField label) {
        if (Attribute$.MODULE$.fromStructField(label) instanceof NominalAttribute nominal
                && nominal.values().isDefined()) {
            return List.of(nominal.values().get());
        }
        return List.of();
    }

    /** How many classes the column's metadata tells; 0 if it tells nothing. */
    static int classes(StructField label) {
        Attribute attribute = Attribute$.MODULE$.fromStructField(label);
        if (attribute instanceof NominalAttribute nominal) {
            Option<Object> count = nominal.getNumValues();
            return count.isDefined() ? (Integer) count.get() : 0;
        }
        return 0;
    }

    /** Names of the features in their order; empty unless the column is of vectors and each has one. */
    static List<String> featureNames(StructField features) {
        if (!features.dataType().equals(SQLDataTypes.VectorType())) {
            return List.of();
        }
        AttributeGroup group = AttributeGroup$.MODULE$.fromStructField(features);
        Option<Attribute[]> attributes = group.attributes();
        List<String> names = new ArrayList<>();
        if (attributes.isDefined()) {
            for (Attribute attribute : attributes.get()) {
                if (attribute.name().isEmpty()) {
                    return List.of();
                }
                names.add(attribute.name().get());
            }
        }
        return names;
    }
}

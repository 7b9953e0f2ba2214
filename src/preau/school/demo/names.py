"""Given and family names for the demo’s invented people: those one meets in any French school today."""

from typing import Final

GIVEN_NAMES: Final = tuple(
    """
    Adam Adèle Aïcha Alban Alice Amine Anaïs Anatole Aya Baptiste Camille Chaïma Chloé Clara Clément Côme Éléonore
    Élias Eliott Élise Emma Enzo Eva Ewen Fatou Gabin Gabriel Hanaé Hugo Idriss Imran Inaya Ismaël Jade Jules
    Juliette Kenza Killian Lamine Léa Léo Léonie Lila Lina Louane Louise Louna Lucas Lyam Maëlle Mahé Malik Malo
    Manon Marius Martin Mathis Maya Mehdi Mia Milo Mila Mohamed Moussa Naël Naomi Nathan Nina Noah Noé Nour Olivia
    Oscar Paul Quentin Rachel Raphaël Rayan Rose Romane Sacha Salomé Samuel Sarah Selma Sofia Soline Tess Théo Thaïs
    Timéo Tom Victor Wassim Yanis Yasmine Youssef Zélie Zoé
    """.split()  # noqa: SIM905  a hundred quotation marks would be read by nobody
)

FAMILY_NAMES: Final = tuple(
    """
    Aubert Aydin Bah Barbier Benali Bernard Berthelot Blanchard Bonnet Boucher Bouzid Brun Carpentier Charpentier
    Chevalier Cissé Clément Colin Costa Coulibaly Da-Silva David Delorme Demir Diallo Dubois Dumont Durand Fernandes
    Ferrand Fontaine Fournier Gaillard Garnier Gauthier Giraud Goncalves Guérin Guillot Haddad Hamidi Henry Hoarau
    Huet Jacquet Kaya Keita Klein Konaté Lacroix Lambert Laurent Le-Gall Leclercq Legrand Lemaire Leroy Lopez
    Maillard Marchand Masson Mercier Meunier Meyer Moreau Morvan Nguyen Noël Oliveira Ouattara Payet Pereira Perrin
    Petit Picard Poirier Pham Renaud Rivière Robin Roche Rossi Roussel Royer Saïdi Sanchez Schmitt Schneider Silva
    Simon Sow Tanguy Touré Traoré Vasseur Vidal Vincent Weber Yilmaz Zerrouki
    """.split()  # noqa: SIM905  a hundred quotation marks would be read by nobody
)
